//! `/s/{site}/admin/people`: members, their roles, invitations.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::app::App;
use crate::auth::one_time::Link;
use crate::auth::role::Role;
use crate::clock::rfc3339;
use crate::http::chrome::{PageChrome, Redirect, page_with};
use crate::http::error::{Code, HttpError};
use crate::http::extract::{Id, Query, segment};
use crate::http::form::Form;
use crate::http::language::locale;
use crate::http::parts::{Choice, When};
use crate::http::visitor::Member;
use crate::ids::{UserId, is_id};
use crate::locale::{Locale, MessageId};
use crate::people::email::EmailAddress;
use crate::people::{invite, membership};

use super::typed;

const PER_PAGE: usize = 50;

#[derive(Template)]
#[template(path = "admin/people.html")]
struct PeoplePage {
    page: PageChrome,
    members: Vec<MemberRow>,
    first_path: Option<String>,
    next_path: Option<String>,
    invite_path: String,
    email: String,
    email_error: Option<String>,
    roles: Vec<Choice>,
    invited: Option<Invited>,
    invitations: Vec<InvitationRow>,
}

struct MemberRow {
    name: String,
    email: String,
    role: String,
    is_author: bool,
    you: bool,
    since: When,
    roles: Vec<Choice>,
    role_path: String,
    remove_path: String,
    suspended: Option<When>,
    suspend_path: String,
    away: Option<When>,
    away_until: String,
    away_path: String,
}

struct Invited {
    email: String,
    url: String,
}

struct InvitationRow {
    email: String,
    role: String,
    expires: When,
    revoke_path: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PeopleQuery {
    after: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct InviteForm {
    email: String,
    role: Role,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RoleForm {
    role: Role,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AwayForm {
    pub(super) until: String,
}

/// `GET /s/{site}/admin/people`
pub(crate) async fn show(
    req: HttpRequest,
    app: web::Data<App>,
    owner: Member,
    Query(query): Query<PeopleQuery>,
) -> Result<HttpResponse, HttpError> {
    let after = query.after.filter(|after| is_id(after));
    let people = people_page(&req, &app, &owner, after).await?;
    page_with(StatusCode::OK, &people)
}

/// `POST /s/{site}/admin/people/invitations`
pub(crate) async fn invite(
    req: HttpRequest,
    app: web::Data<App>,
    owner: Member,
    Form(form): Form<InviteForm>,
) -> Result<HttpResponse, HttpError> {
    let email = match EmailAddress::parse(&form.email) {
        Ok(email) => email,
        Err(rule) => {
            let again = PeoplePage {
                email_error: Some(locale(&req).text(typed::address(rule))),
                email: form.email,
                roles: choices(locale(&req), form.role),
                ..people_page(&req, &app, &owner, None).await?
            };
            return page_with(StatusCode::UNPROCESSABLE_ENTITY, &again);
        }
    };
    let url = invite::invite(&app, &owner.actor(), &email, form.role).await?;
    // The link is shown here once and kept nowhere, so this answer is the page itself.
    let invited = PeoplePage {
        invited: Some(Invited {
            email: email.to_string(),
            url,
        }),
        ..people_page(&req, &app, &owner, None).await?
    };
    page_with(StatusCode::OK, &invited)
}

/// `POST /s/{site}/admin/people/invitations/{invitation}/revoke`
pub(crate) async fn revoke(
    req: HttpRequest,
    app: web::Data<App>,
    owner: Member,
) -> Result<Redirect, HttpError> {
    let hash = segment(&req, "invitation");
    if !invite::revoke(&app, &owner.actor(), hash).await? {
        return Err(HttpError::not_found());
    }
    Ok(back(&owner).flash(locale(&req).text("people-invitation-gone")))
}

/// `POST /s/{site}/admin/people/{user}/role`
pub(crate) async fn set_role(
    req: HttpRequest,
    app: web::Data<App>,
    owner: Member,
    Id(user_id): Id<UserId>,
    Form(form): Form<RoleForm>,
) -> Result<Redirect, HttpError> {
    check_not_oneself(&owner, &user_id)?;
    membership::set_role(&app, &owner.actor(), &user_id, form.role)
        .await?
        .map_err(|_| HttpError::not_found())?;
    Ok(back(&owner).flash(locale(&req).text("people-role-set")))
}

/// `POST /s/{site}/admin/people/{user}/suspend`
pub(crate) async fn suspend(
    req: HttpRequest,
    app: web::Data<App>,
    owner: Member,
    Id(user_id): Id<UserId>,
) -> Result<Redirect, HttpError> {
    check_not_oneself(&owner, &user_id)?;
    membership::suspend(&app, &owner.actor(), &user_id, true)
        .await?
        .map_err(|_| HttpError::not_found())?;
    Ok(back(&owner).flash(locale(&req).text("people-is-suspended")))
}

/// `POST /s/{site}/admin/people/{user}/restore`
pub(crate) async fn restore(
    req: HttpRequest,
    app: web::Data<App>,
    owner: Member,
    Id(user_id): Id<UserId>,
) -> Result<Redirect, HttpError> {
    membership::suspend(&app, &owner.actor(), &user_id, false)
        .await?
        .map_err(|_| HttpError::not_found())?;
    Ok(back(&owner).flash(locale(&req).text("people-restored")))
}

/// `POST /s/{site}/admin/people/{user}/away`
pub(crate) async fn set_away(
    req: HttpRequest,
    app: web::Data<App>,
    owner: Member,
    Id(user_id): Id<UserId>,
    Form(form): Form<AwayForm>,
) -> Result<Redirect, HttpError> {
    let until_ms = end_of_day_ms(&form.until)?;
    membership::set_away(&app, &owner.actor(), &user_id, until_ms)
        .await?
        .map_err(|_| HttpError::not_found())?;
    Ok(back(&owner).flash(locale(&req).text(match until_ms {
        Some(_) => MessageId("people-is-away"),
        None => MessageId("people-is-back"),
    })))
}

/// The end of the day that was chosen, UTC; `None` for no day.
pub(super) fn end_of_day_ms(text: &str) -> Result<Option<i64>, HttpError> {
    const DAY_MS: i64 = 24 * 60 * 60 * 1000;
    Ok(super::audit::day_ms("until", text.trim())?.map(|day_ms| day_ms + DAY_MS))
}

/// `POST /s/{site}/admin/people/{user}/remove`
pub(crate) async fn remove(
    req: HttpRequest,
    app: web::Data<App>,
    owner: Member,
    Id(user_id): Id<UserId>,
) -> Result<Redirect, HttpError> {
    check_not_oneself(&owner, &user_id)?;
    membership::remove(&app, &owner.actor(), &user_id)
        .await?
        .map_err(|_| HttpError::not_found())?;
    Ok(back(&owner).flash(locale(&req).text("people-removed")))
}

/// Nobody takes their own rights away by a slip.
fn check_not_oneself(owner: &Member, user_id: &UserId) -> Result<(), HttpError> {
    if owner.user.id == *user_id {
        let detail = "another owner has to change your own place";
        return Err(
            HttpError::new(Code::Conflict, detail).told(|locale| locale.text("people-oneself"))
        );
    }
    Ok(())
}

fn back(owner: &Member) -> Redirect {
    Redirect::to(people_path(owner))
}

fn people_path(owner: &Member) -> String {
    format!("/s/{}/admin/people", owner.site.slug)
}

async fn people_page(
    req: &HttpRequest,
    app: &App,
    owner: &Member,
    after: Option<String>,
) -> Result<PeoplePage, HttpError> {
    let path = people_path(owner);
    let actor = owner.actor();
    let limit = i64::try_from(PER_PAGE).unwrap_or(i64::MAX);
    let after_id = after.clone().unwrap_or_default();
    let members = membership::list(app, &actor, &after_id, limit).await?;
    let next = members
        .get(PER_PAGE - 1)
        .map(|last| format!("{path}?after={}", last.user_id));
    let invitations = invite::list(app, &actor).await?;
    let page = PageChrome::titled(req, "people", "people");
    let (locale, now_ms) = (page.locale, app.clock.now_ms());
    Ok(PeoplePage {
        page,
        members: members
            .into_iter()
            .map(|member| MemberRow::new(locale, member, owner, &path, now_ms))
            .collect(),
        first_path: after.map(|_| path.clone()),
        next_path: next,
        invite_path: format!("{path}/invitations"),
        email: String::new(),
        email_error: None,
        roles: choices(locale, Role::Moderator),
        invited: None,
        invitations: invitations
            .into_iter()
            .map(|link| InvitationRow::new(locale, link, &path))
            .collect(),
    })
}

fn choices(locale: Locale, chosen: Role) -> Vec<Choice> {
    let roles = Role::ALL
        .iter()
        .map(|role| (role.as_str(), locale.text(role.message())));
    Choice::labelled(roles, chosen.as_str())
}

impl MemberRow {
    fn new(
        locale: Locale,
        member: membership::MemberRow,
        owner: &Member,
        path: &str,
        now_ms: i64,
    ) -> Self {
        let away_ms = member.away_until_ms.filter(|until_ms| *until_ms > now_ms);
        Self {
            you: member.user_id == owner.user.id,
            since: When::of(locale, member.created_at_ms),
            role: locale.text(member.role.message()),
            is_author: member.role == Role::Author,
            roles: choices(locale, member.role),
            role_path: format!("{path}/{}/role", member.user_id),
            remove_path: format!("{path}/{}/remove", member.user_id),
            suspend_path: match member.suspended_at_ms {
                Some(_) => format!("{path}/{}/restore", member.user_id),
                None => format!("{path}/{}/suspend", member.user_id),
            },
            suspended: member.suspended_at_ms.map(|ms| When::of(locale, ms)),
            away_path: format!("{path}/{}/away", member.user_id),
            away_until: away_ms.map_or(String::new(), day),
            away: away_ms.map(|ms| When::of(locale, ms)),
            name: member.name,
            email: member.email,
        }
    }
}

/// The last day of an absence, as a date field has it.
pub(super) fn day(until_ms: i64) -> String {
    rfc3339(until_ms - 1).chars().take(10).collect()
}

impl InvitationRow {
    fn new(locale: Locale, link: Link, path: &str) -> Self {
        Self {
            email: link.email.unwrap_or_default(),
            role: link
                .role
                .map_or_else(String::new, |role| locale.text(role.message())),
            expires: When::of(locale, link.expires_at_ms),
            revoke_path: format!("{path}/invitations/{}/revoke", link.token_hash),
        }
    }
}
