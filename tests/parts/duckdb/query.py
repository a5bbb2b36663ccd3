"""query.py ROWS COLUMNS QUERIES: loads rows (JSON lines) as the tables of the analytics stack, runs each query of a JSON list,
and prints a JSON list with the answer of each as CSV.

COLUMNS is dist-templates/collector/data.json. What Athena (Trino) has and DuckDB calls otherwise is translated here and nowhere
else.
"""

import csv
import io
import json
import sys

import duckdb

TYPES = {"string": "VARCHAR", "double": "DOUBLE", "bigint": "BIGINT"}
TRINO = [
    "CREATE MACRO date_format(moment, format) AS strftime(moment, format)",
    "CREATE MACRO approx_percentile(value, share) AS quantile_disc(value, share)",
]


def main():
    rows, columns, queries = sys.argv[1:]
    with open(columns, encoding="utf-8") as file:
        data = json.load(file)
    names = lambda fields: {field["field"]: TYPES[field.get("type", "string")] for field in fields}
    shared = names(data["common"]) | names(data["identity"])
    metrics = {metric["name"].replace(".", "_"): "DOUBLE" for metric in data["metrics"]}
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    for macro in TRINO:
        connection.execute(macro)
    load(connection, "events", rows, shared | names(data["event_fields"]), "event_name IS NOT NULL")
    load(connection, "metrics", rows, shared | names(data["metric_fields"]) | metrics, " OR ".join(f"{name} IS NOT NULL" for name in metrics))
    with open(queries, encoding="utf-8") as file:
        print(json.dumps([answer(connection, query) for query in json.load(file)]))


def load(connection, table, rows, columns, which):
    types = ", ".join(f"'{name}': '{type}'" for name, type in columns.items())
    connection.execute(
        f"CREATE TABLE {table} AS SELECT *, substr(time, 1, 10) AS day"
        f" FROM read_json('{rows}', format = 'newline_delimited', columns = {{{types}}}) WHERE {which}"
    )


def answer(connection, query):
    result = connection.execute(query)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(column[0] for column in result.description)
    writer.writerows(result.fetchall())
    return text.getvalue()


main()
