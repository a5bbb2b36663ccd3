//! Carrying a plan out.

use crate::follow::failure;
use crate::{Cloud, CloudError, Phase, Plan, Stack, Step, Watch};

impl Cloud {
    /// Carries a plan out and waits for as long as AWS works on it. Gives the stack as it is then.
    ///
    /// [`Step::Wait`] and [`Step::Unblock`] are not carried out here: what would change is not known yet.
    pub async fn apply(&self, mut plan: Plan, watch: &mut Watch<'_>) -> Result<Stack, CloudError> {
        if plan.step == Step::Recreate
            && let Some(old) = &plan.stack
        {
            self.delete_as_it_is(old, &[], &[], watch).await?;
            plan.stack = None;
            plan.step = Step::Create;
            self.compare(&mut plan).await?;
        }
        let stack = match (plan.step, &plan.change_set) {
            (Step::Create | Step::Update, Some(change_set)) => self.execute(&plan, change_set, watch).await?,
            _ => {
                let stack = self.stack(&plan.wanted.region, &plan.wanted.name).await?;
                stack.ok_or_else(|| CloudError::Unexpected(format!("there is no stack {}", plan.wanted.name)))?
            }
        };
        if stack.protected == plan.wanted.protected {
            return Ok(stack);
        }
        self.protect(&stack, plan.wanted.protected).await?;
        Ok(Stack { protected: plan.wanted.protected, ..stack })
    }

    /// Finishes the undoing of an update that got stuck.
    pub async fn finish_rollback(&self, stack: &Stack, watch: &mut Watch<'_>) -> Result<Stack, CloudError> {
        let last = self.newest_event(stack).await?;
        let request = self.stacks_in(&stack.region).continue_update_rollback().stack_name(&stack.name);
        let request = request.client_request_token(self.token());
        request.send().await.map_err(|error| CloudError::sdk("cloudformation:ContinueUpdateRollback", error))?;
        let followed = self.follow(&stack.region, &stack.id, last, watch).await?;
        match followed.stack {
            Some(stack) if stack.status.phase() == Phase::Ready => Ok(stack),
            Some(stack) => Err(failure(&stack, followed.events)),
            None => Err(CloudError::Unexpected(format!("the stack {} is gone", stack.name))),
        }
    }

    async fn execute(&self, plan: &Plan, change_set: &str, watch: &mut Watch<'_>) -> Result<Stack, CloudError> {
        let (region, name) = (&plan.wanted.region, &plan.wanted.name);
        let before = self.stack(region, name).await?;
        let before = before.ok_or_else(|| CloudError::Unexpected(format!("the stack {name} is gone")))?;
        let last = self.newest_event(&before).await?;
        let request = self.stacks_in(region).execute_change_set().stack_name(name).change_set_name(change_set);
        let answer = request.client_request_token(self.token()).send().await;
        match answer.map_err(|error| CloudError::sdk("cloudformation:ExecuteChangeSet", error)) {
            // An answer that got lost: the request was sent again, and AWS is at it already.
            Err(CloudError::Refused(refusal)) if refusal.message.contains("EXECUTE_IN_PROGRESS") => {}
            answer => drop(answer?),
        }
        self.follow(region, &before.id, last, watch).await?.succeeded()
    }
}
