//! The queries that `ccwb usage` has Athena run. They keep to what Trino and other engines understand alike.

use std::ops::RangeInclusive;

use chrono::NaiveDate;

/// Calls of models, summed up by day, person, team, model and region.
pub fn usage(days: &RangeInclusive<NaiveDate>) -> String {
    format!(
        "SELECT day, user_email, user_id, team_id, department, cost_center, project, model, cloud_region, \
         count_if(event_name = 'api_request') AS requests, count_if(event_name = 'api_error') AS errors, \
         sum(input_tokens) AS input_tokens, sum(output_tokens) AS output_tokens, \
         sum(cache_read_tokens) AS cache_read_tokens, sum(cache_creation_tokens) AS cache_creation_tokens, \
         sum(cost_usd) AS cost_usd \
         FROM events WHERE event_name IN ('api_request', 'api_error') AND {} \
         GROUP BY day, user_email, user_id, team_id, department, cost_center, project, model, cloud_region",
        within(days)
    )
}

/// What came of it: lines, commits, pull requests, sessions, time; by day, person and team.
pub fn output(days: &RangeInclusive<NaiveDate>) -> String {
    format!(
        "SELECT day, user_email, user_id, team_id, department, cost_center, project, cloud_region, \
         sum(CASE WHEN type = 'removed' THEN 0 ELSE claude_code_lines_of_code_count END) AS lines_added, \
         sum(CASE WHEN type = 'removed' THEN claude_code_lines_of_code_count ELSE 0 END) AS lines_removed, \
         sum(claude_code_commit_count) AS commits, sum(claude_code_pull_request_count) AS pull_requests, \
         sum(claude_code_session_count) AS sessions, sum(claude_code_active_time_total) AS active_seconds \
         FROM metrics WHERE {} \
         GROUP BY day, user_email, user_id, team_id, department, cost_center, project, cloud_region",
        within(days)
    )
}

/// Days are text in the tables; a date has no character that SQL means something by.
fn within(days: &RangeInclusive<NaiveDate>) -> String {
    format!("day BETWEEN '{}' AND '{}'", days.start(), days.end())
}
