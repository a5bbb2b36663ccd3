//! The rungs that no person notices in their order, apart from what carries them out.

/// What a renewal has and does. `Quiet` is the real one; the tests have one in which everything that can happen does.
pub(crate) trait Means {
    type IdToken;
    type Error;

    /// The stored ID token, if it can still be used.
    fn stored_id_token(&self) -> Option<Self::IdToken>;
    /// Whether a token that can be used for this is too old for what else needs it.
    fn is_too_old(&self, id_token: &Self::IdToken) -> bool;
    /// The stored ID token is used: what else is made of it shall fit.
    fn keeps_to(&mut self, id_token: &Self::IdToken);
    /// Whether there is a refresh token.
    fn has_refresh_token(&self) -> bool;
    /// Redeems the refresh token. `None` if that brings no ID token and only a sign-in will.
    async fn refresh(&mut self) -> Result<Option<Self::IdToken>, Self::Error>;
    /// From an ID token, which is stored, to what is wanted.
    async fn finish(&mut self, id_token: &Self::IdToken) -> Result<(), Self::Error>;
    /// Whether a newer ID token may be taken where this one was refused.
    fn is_about_the_token(&self, error: &Self::Error) -> bool;
}

/// Climbs. `Ok` with nothing new in the store means that only a sign-in helps; an error means that a sign-in would not help.
/// The refresh token is redeemed once at the most: whoever does not know what became of a redemption must not repeat it.
pub(crate) async fn climb<M: Means>(means: &mut M) -> Result<(), M::Error> {
    if let Some(id_token) = means.stored_id_token() {
        let ahead = means.is_too_old(&id_token);
        if ahead && let Ok(Some(new)) = means.refresh().await {
            return means.finish(&new).await;
        }
        means.keeps_to(&id_token);
        match means.finish(&id_token).await {
            Err(error) if !ahead && means.has_refresh_token() && means.is_about_the_token(&error) => {}
            result => return result,
        }
    }
    match means.refresh().await? {
        Some(id_token) => means.finish(&id_token).await,
        None => Ok(()),
    }
}
