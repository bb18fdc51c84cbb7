//! In which language a page is: the public pages in the site's, all others in that of whoever reads them.

use actix_web::http::header::{ACCEPT_LANGUAGE, AcceptLanguage, Header as _};
use actix_web::{HttpMessage as _, HttpRequest};

use crate::locale::Locale;

use super::visitor::known;

/// The pages that are alike for everybody.
const PUBLIC: [&str; 3] = [
    "/s/{site}/",
    "/s/{site}/posts/{slug}",
    "/s/{site}/feed.atom",
];

/// What the browser asks for had a say in the page's language.
struct Asked;

/// The language of the mail that led to this page.
struct Addressed(Locale);

/// Goes on in the language of the mail that led here, for who has not chosen another one.
pub(crate) fn address(req: &HttpRequest, locale: Locale) {
    req.extensions_mut().insert(Addressed(locale));
}

/// The language of the page at this address for whoever asks: what they chose, else that of the mail which led here, else
/// what their browser asks for, else the site's.
pub(crate) fn locale(req: &HttpRequest) -> Locale {
    let pattern = req.match_pattern().unwrap_or_default();
    let known = known(req);
    let site = known.as_deref().and_then(|known| known.site.as_ref());
    let of_site = site.map_or(Locale::En, |site| site.settings.language);
    if PUBLIC.contains(&pattern.as_str()) {
        return of_site;
    }
    let session = known.as_deref().and_then(|known| known.session.as_ref());
    if let Some(chosen) = session.and_then(|session| session.user.language) {
        return chosen;
    }
    if let Some(&Addressed(locale)) = req.extensions().get() {
        return locale;
    }
    req.extensions_mut().insert(Asked);
    asked(req).unwrap_or(of_site)
}

/// The foremost language of the browser that is offered.
fn asked(req: &HttpRequest) -> Option<Locale> {
    req.headers().get(ACCEPT_LANGUAGE)?;
    let accepted = AcceptLanguage::parse(req).ok()?;
    let ranked = accepted.ranked();
    ranked.iter().find_map(|preference| {
        let tag = preference.item()?;
        Locale::of_tag(tag.as_str()).or_else(|| Locale::of_tag(tag.primary_language()))
    })
}

/// Whether another browser's wishes would have led to another page.
pub(crate) fn varies(req: &HttpRequest) -> bool {
    req.extensions().contains::<Asked>()
}
