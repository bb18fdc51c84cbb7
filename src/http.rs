//! The HTTP server: who listens, what every request passes through, and the whole URL map. Handlers parse, call one use
//! case and render; they know neither SQL nor mail.

use std::net::TcpListener;
use std::time::Duration;

use actix_web::dev::ServiceRequest;
use actix_web::http::{Method, header};
use actix_web::middleware::{Next, from_fn};
use actix_web::{
    App as ActixApp, FromRequest, Handler, HttpResponse, HttpServer, Responder, Route, guard, web,
};
use anyhow::Context as _;
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::auth::role::{Access, Role};
use crate::moderation::live::Live;

pub mod address;
pub(crate) mod answer;
pub mod api;
mod assets;
mod aws;
mod chart;
pub mod chrome;
mod cookies;
pub mod error;
pub mod extract;
pub mod form;
mod gzip;
mod headers;
mod language;
pub mod marks;
pub(crate) mod metrics;
mod pages;
mod pairs;
pub mod parts;
mod terms;
pub mod visitor;

/// How long an idle connection is kept.
const KEEP_ALIVE: Duration = Duration::from_secs(75);
/// How long a client may take to send the head of a request.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// How long requests in flight may take once the server stops, so that the process is gone within ten seconds.
const SHUTDOWN_SECONDS: u64 = 7;

/// The URL map: method, path, who may, and the handler. What is not here does not exist; the tests of roles and of
/// forged forms walk this list.
#[rustfmt::skip]
fn endpoints() -> Vec<Endpoint> {
    use Access::{Anyone, Member, Open, SignedIn};
    use Role::{Author, Moderator, Owner};
    use pages::{
        account, author, drafts, health, home, invitation, keys, own_post, password, people, reader, session, settings, setup, sign_up,
    };
    use pages::{masks, aside, brake, bulk, case, checks, claim, design, handover, link, live, look, notes, notices, outbox, queue, theme, undo, views};
    use pages::{audit, executions, outcomes, rule, rule_lists, rules, shared_rules, stats, suggestions, transparency, versions, workflow};
    vec![
        get("/healthz",             Open,   health::live),
        get("/readyz",              Open,   health::ready),
        get("/static/{name:.*}",    Open,   assets::file),

        // Signatures, keys and their scopes are checked by the handlers.
        post("/",                               Open,   aws::call),
        post("/api/v1/posts",                   Open,   api::posts::create),
        get("/api/v1/posts",                    Open,   api::posts::list),
        get("/api/v1/posts/{id}",               Open,   api::posts::show),
        post("/api/v1/check",                   Open,   api::check::check),
        get("/api/v1/queue",                    Open,   api::queue::list),
        get("/api/v1/queue/{case}",             Open,   api::queue::show),
        post("/api/v1/decisions",               Open,   api::decisions::create),
        get("/api/v1/rules",                    Open,   api::rules::list),
        post("/api/v1/rules",                   Open,   api::rules::create),
        post("/api/v1/rules/import",            Open,   api::rule_lists::import),
        post("/api/v1/rules/rehearse",          Open,   api::rule_lists::rehearse),
        get("/api/v1/rules/export",             Open,   api::rule_lists::export),
        get("/api/v1/rules/outcomes",           Open,   api::outcomes::show),
        endpoint(Method::PUT, "/api/v1/rules/outcomes", Open, api::outcomes::change),
        get("/api/v1/rules/shared",             Open,   api::shared_rules::show),
        endpoint(Method::PUT, "/api/v1/rules/shared", Open, api::shared_rules::change),
        get("/api/v1/rules/versions",           Open,   api::rule_versions::list),
        get("/api/v1/rules/versions/{version}", Open,   api::rule_versions::show),
        post("/api/v1/rules/versions/{version}/restore", Open, api::rule_versions::restore),
        get("/api/v1/rules/{rule}/figures",     Open,   api::rule_figures::show),
        get("/api/v1/rules/{rule}",             Open,   api::rules::show),
        endpoint(Method::PATCH, "/api/v1/rules/{rule}", Open, api::rules::change),
        endpoint(Method::DELETE, "/api/v1/rules/{rule}", Open, api::rules::remove),
        get("/api/v1/checks",                   Open,   api::checks::list),
        get("/api/v1/checks/{check}",           Open,   api::checks::show),
        endpoint(Method::PUT, "/api/v1/checks/{check}", Open, api::checks::put),
        endpoint(Method::DELETE, "/api/v1/checks/{check}", Open, api::checks::remove),
        post("/api/v1/checks/{check}/try",      Open,   api::checks::try_out),
        get("/api/v1/openapi.json",             Open,   api::document::openapi),
        get("/api/v1/docs",                     Open,   api::docs::show),

        get("/",                    Anyone, home::show),

        post("/theme",                          Anyone, theme::choose),
        get("/setup",                           Anyone, setup::show),
        post("/setup",                          Anyone, setup::set_up),
        get("/login",                           Anyone, session::show_login),
        post("/login",                          Anyone, session::log_in),
        post("/logout",                         Anyone, session::log_out),
        get("/forgot",                          Anyone, password::show_forgot),
        post("/forgot",                         Anyone, password::ask),
        get("/reset/{token}",                   Anyone, password::show_reset),
        post("/reset/{token}",                  Anyone, password::set),
        get("/invite/{token}",                  Anyone, invitation::show),
        post("/invite/{token}",                 Anyone, invitation::accept),
        get("/confirm/{token}",                 Anyone, sign_up::show_confirmation),
        post("/confirm/{token}",                Anyone, sign_up::confirm),
        get("/s/{site}/signup",                 Anyone, sign_up::show),
        post("/s/{site}/signup",                Anyone, sign_up::submit),

        get("/decide/{link}",                   Anyone, link::show),
        post("/decide/{link}",                  Anyone, link::decide),
        get("/notices/off/{token}",             Anyone, notices::ask),
        post("/notices/off/{token}",            Anyone, notices::switch_off),

        get("/account",                         SignedIn, account::show),
        post("/account/password",               SignedIn, account::change_password),
        post("/account/name",                   SignedIn, account::rename),
        post("/account/language",               SignedIn, account::set_language),
        get("/account/export",                  SignedIn, account::export),
        post("/account/away",                   SignedIn, account::set_away),
        post("/account/delete",                 SignedIn, account::delete),
        post("/account/notices",                SignedIn, account::set_notices),
        post("/account/confirm",                SignedIn, account::send_confirmation),
        post("/account/logout-everywhere",      SignedIn, account::log_out_everywhere),

        get("/s/{site}",                        Anyone, home::site),
        get("/s/{site}/",                       Anyone, reader::index),
        get("/s/{site}/posts/{slug}",           Anyone, reader::post),
        get("/s/{site}/look.css",               Open,   look::css),
        get("/s/{site}/logo.svg",               Open,   look::logo),
        get("/s/{site}/feed.atom",              Anyone, reader::feed),

        get("/s/{site}/write",                  Member(Author), author::write),
        post("/s/{site}/write/preview",         Member(Author), author::preview),
        post("/s/{site}/write/draft",           Member(Author), drafts::keep),
        post("/s/{site}/write/draft/{draft}/discard", Member(Author), drafts::discard),
        post("/s/{site}/posts",                 Member(Author), author::submit),
        get("/s/{site}/mine",                   Member(Author), author::mine),
        get("/s/{site}/mine/{post}",            Member(Author), own_post::show),
        post("/s/{site}/mine/{post}/preview",   Member(Author), own_post::preview_revision),
        post("/s/{site}/mine/{post}/draft",     Member(Author), drafts::keep_correction),
        post("/s/{site}/mine/{post}/revise",    Member(Author), own_post::revise),
        post("/s/{site}/mine/{post}/withdraw",  Member(Author), own_post::withdraw),
        post("/s/{site}/mine/{post}/appeal",    Member(Author), own_post::appeal),

        get("/s/{site}/admin/people",                                  Member(Owner), people::show),
        post("/s/{site}/admin/people/invitations",                     Member(Owner), people::invite),
        post("/s/{site}/admin/people/invitations/{invitation}/revoke", Member(Owner), people::revoke),
        post("/s/{site}/admin/people/{user}/role",                     Member(Owner), people::set_role),
        post("/s/{site}/admin/people/{user}/suspend",                  Member(Owner), people::suspend),
        post("/s/{site}/admin/people/{user}/restore",                  Member(Owner), people::restore),
        post("/s/{site}/admin/people/{user}/away",                     Member(Owner), people::set_away),
        post("/s/{site}/admin/people/{user}/remove",                   Member(Owner), people::remove),
        get("/s/{site}/admin/outbox",                                  Member(Owner), outbox::list),
        get("/s/{site}/admin/outbox/{mail}",                           Member(Owner), outbox::show),
        post("/s/{site}/admin/outbox/{mail}/again",                    Member(Owner), outbox::send_again),
        get("/s/{site}/admin/settings",                                Member(Owner), settings::show),
        post("/s/{site}/admin/settings",                               Member(Owner), settings::save),
        get("/s/{site}/admin/look",                                    Member(Owner), look::show),
        post("/s/{site}/admin/look",                                   Member(Owner), look::save),
        get("/s/{site}/admin/keys",                                    Member(Owner), keys::show),
        post("/s/{site}/admin/keys",                                   Member(Owner), keys::create),
        post("/s/{site}/admin/keys/{key}/revoke",                      Member(Owner), keys::revoke),
        get("/s/{site}/admin/checks",                                  Member(Owner), checks::list),
        post("/s/{site}/admin/checks",                                 Member(Owner), checks::add),
        get("/s/{site}/admin/checks/{check}",                          Member(Owner), checks::show),
        post("/s/{site}/admin/checks/{check}",                         Member(Owner), checks::change),
        post("/s/{site}/admin/checks/{check}/secret",                  Member(Owner), checks::renew),
        post("/s/{site}/admin/checks/{check}/try",                     Member(Owner), checks::try_out),
        post("/s/{site}/admin/checks/{check}/remove",                  Member(Owner), checks::remove),

        get("/s/{site}/admin/",                             Member(Moderator), queue::start),
        get("/s/{site}/admin/queue",                        Member(Moderator), queue::show),
        get("/s/{site}/admin/queue/live",                   Member(Moderator), live::listen),
        post("/s/{site}/admin/queue/decisions",             Member(Moderator), bulk::decide),
        post("/s/{site}/admin/queue/decisions/preview",     Member(Moderator), bulk::preview),
        post("/s/{site}/admin/queue/undo",                  Member(Moderator), bulk::undo),
        post("/s/{site}/admin/queue/masks",                 Member(Moderator), masks::choose),
        post("/s/{site}/admin/queue/views",                 Member(Moderator), views::keep),
        post("/s/{site}/admin/queue/views/{view}/remove",   Member(Moderator), views::remove),
        post("/s/{site}/admin/queue/next",                  Member(Moderator), claim::next),
        get("/s/{site}/admin/queue/{case}",                 Member(Moderator), case::show),
        get("/s/{site}/admin/queue/{case}/images/{number}", Member(Moderator), case::images::show),
        post("/s/{site}/admin/queue/{case}/notes",          Member(Moderator), notes::add),
        post("/s/{site}/admin/queue/{case}/hand-over",      Member(Moderator), handover::hand_over),
        post("/s/{site}/admin/queue/{case}/snooze",         Member(Moderator), aside::snooze),
        post("/s/{site}/admin/queue/{case}/ask",            Member(Moderator), aside::ask),
        post("/s/{site}/admin/queue/{case}/bring-back",     Member(Moderator), aside::bring_back),
        post("/s/{site}/admin/queue/{case}/claim",          Member(Moderator), claim::claim),
        post("/s/{site}/admin/queue/{case}/release",        Member(Moderator), claim::release),
        post("/s/{site}/admin/queue/{case}/decision",       Member(Moderator), case::decide),
        post("/s/{site}/admin/queue/{case}/preview",        Member(Moderator), case::preview),
        post("/s/{site}/admin/queue/{case}/take-back-approval", Member(Moderator), case::take_back_approval),
        post("/s/{site}/admin/queue/{case}/undo",           Member(Moderator), undo::undo),
        post("/s/{site}/admin/queue/{case}/run-again",      Member(Moderator), case::run_again),
        get("/s/{site}/admin/design",                       Member(Moderator), design::show),
        get("/s/{site}/admin/executions",                   Member(Moderator), executions::list),
        get("/s/{site}/admin/executions/{execution}",       Member(Moderator), executions::show),
        post("/s/{site}/admin/executions/{execution}/stop", Member(Owner),     executions::stop),
        get("/s/{site}/admin/rules",                        Member(Moderator), rules::list),
        post("/s/{site}/admin/rules",                       Member(Owner),     rules::add),
        post("/s/{site}/admin/rules/test",                  Member(Moderator), rules::test),
        post("/s/{site}/admin/rules/import",                Member(Owner),     rule_lists::import),
        get("/s/{site}/admin/rules/export.{format}",        Member(Moderator), rule_lists::download),
        get("/s/{site}/admin/rules/versions",               Member(Moderator), versions::list),
        get("/s/{site}/admin/rules/versions/{version}",     Member(Moderator), versions::show),
        post("/s/{site}/admin/rules/versions/{version}/restore", Member(Owner), versions::restore),
        get("/s/{site}/admin/rules/outcomes",               Member(Owner),     outcomes::show),
        post("/s/{site}/admin/rules/outcomes",              Member(Owner),     outcomes::save),
        get("/s/{site}/admin/rules/shared",                 Member(Owner),     shared_rules::show),
        post("/s/{site}/admin/rules/shared",                Member(Owner),     shared_rules::change),
        get("/s/{site}/admin/rules/suggestions",            Member(Owner),     suggestions::show),
        get("/s/{site}/admin/rules/new",                    Member(Owner),     rules::new),
        get("/s/{site}/admin/rules/{rule}",                 Member(Moderator), rule::show),
        post("/s/{site}/admin/rules/{rule}",                Member(Owner),     rule::change),
        post("/s/{site}/admin/rules/{rule}/release",        Member(Owner),     brake::release),
        post("/s/{site}/admin/rules/{rule}/remove",         Member(Owner),     rule::remove),
        get("/s/{site}/admin/workflow",                     Member(Moderator), workflow::show),
        post("/s/{site}/admin/workflow",                    Member(Owner),     workflow::set),
        get("/s/{site}/admin/audit",                        Member(Moderator), audit::list),
        get("/s/{site}/admin/stats",                        Member(Moderator), stats::show),
        get("/s/{site}/admin/stats.csv",                    Member(Moderator), stats::csv),
        get("/s/{site}/admin/transparency",                 Member(Owner),     transparency::show),
        get("/s/{site}/admin/transparency/statements.json", Member(Owner),     transparency::batch),
    ]
}

/// Serves `app` on `listener` until `shutdown`, then finishes what is in flight.
pub async fn serve(
    app: App,
    listener: TcpListener,
    shutdown: CancellationToken,
) -> anyhow::Result<()> {
    let workers = std::thread::available_parallelism().map_or(2, usize::from);
    let app = web::Data::new(app);
    let assets = web::Data::new(assets::Assets::load());
    let live = web::Data::new(Live::new(app.db.clone(), app.clock.clone()));
    let ending = web::Data::new(shutdown.clone());
    let server = HttpServer::new(move || {
        ActixApp::new()
            .app_data(app.clone())
            .app_data(assets.clone())
            .app_data(live.clone())
            .app_data(ending.clone())
            .wrap(from_fn(form::guard))
            .wrap(from_fn(answer::answer))
            .configure(routes)
    })
    .workers(workers)
    .keep_alive(KEEP_ALIVE)
    .client_request_timeout(HEAD_TIMEOUT)
    .shutdown_timeout(SHUTDOWN_SECONDS)
    .disable_signals()
    .listen(listener)
    .context("serve HTTP")?
    .run();
    let handle = server.handle();
    tokio::spawn(async move {
        shutdown.cancelled().await;
        handle.stop(true).await;
    });
    server.await.context("serve HTTP")
}

/// One line of the URL map.
struct Endpoint {
    method: Method,
    path: &'static str,
    access: Access,
    route: Route,
}

fn get<F, Args>(path: &'static str, access: Access, handler: F) -> Endpoint
where
    F: Handler<Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    endpoint(Method::GET, path, access, handler)
}

fn post<F, Args>(path: &'static str, access: Access, handler: F) -> Endpoint
where
    F: Handler<Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    endpoint(Method::POST, path, access, handler)
}

fn endpoint<F, Args>(method: Method, path: &'static str, access: Access, handler: F) -> Endpoint
where
    F: Handler<Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    let guarded = move |req: ServiceRequest, next: Next<_>| visitor::guard(access, req, next);
    let route = match method {
        // HEAD is GET without the body, which actix leaves out.
        Method::GET => web::route().guard(guard::Any(guard::Get()).or(guard::Head())),
        _ => web::method(method.clone()),
    };
    Endpoint {
        route: route.to(handler).wrap(from_fn(guarded)),
        method,
        path,
        access,
    }
}

/// Registers the URL map: a resource for each path, which answers other methods with 405 and `Allow`.
fn routes(config: &mut web::ServiceConfig) {
    let mut endpoints = endpoints();
    while let Some(path) = endpoints.first().map(|endpoint| endpoint.path) {
        let (here, others): (Vec<_>, Vec<_>) = endpoints
            .into_iter()
            .partition(|endpoint| endpoint.path == path);
        endpoints = others;
        let allow = allow(&here);
        let resource = here
            .into_iter()
            .fold(web::resource(path), |resource, endpoint| {
                resource.route(endpoint.route)
            })
            .default_service(web::to(move || {
                let allow = allow.clone();
                async move {
                    HttpResponse::MethodNotAllowed()
                        .insert_header((header::ALLOW, allow))
                        .finish()
                }
            }));
        config.service(resource);
    }
}

fn allow(endpoints: &[Endpoint]) -> String {
    let mut methods: Vec<&str> = endpoints
        .iter()
        .map(|endpoint| endpoint.method.as_str())
        .collect();
    if methods.contains(&"GET") {
        methods.push("HEAD");
    }
    methods.join(", ")
}

/// A line of the URL map without its handler, for tests that walk it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouteRow {
    /// The method.
    pub method: String,
    /// The path's pattern.
    pub path: &'static str,
    /// Who may use it.
    pub access: Access,
}

/// The URL map without its handlers.
pub fn route_table() -> Vec<RouteRow> {
    endpoints()
        .into_iter()
        .map(|endpoint| RouteRow {
            method: endpoint.method.to_string(),
            path: endpoint.path,
            access: endpoint.access,
        })
        .collect()
}
