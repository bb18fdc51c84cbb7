## Around every page
skip = Skip to the content
nav-main = Main
nav-queue = Queue
nav-waiting = waiting
nav-rules = Rules
nav-workflow = Workflow
nav-executions = Executions
nav-people = People
nav-outbox = Outbox
nav-stats = Stats
nav-audit = Audit
nav-settings = Settings
nav-write = Write
nav-mine = My posts
menu = Menu
logged-in-as = Logged in as
account = Account
theme-system = System
theme-light = Light
theme-dark = Dark
public-site = Public site
log-in = Log in
log-out = Log out
notice = Notice
pages = Pages
page-first = Back to the first
no-smtp = No SMTP server is configured: mail is kept in the Outbox, and addresses are not confirmed.
copy = Copy
copied = Copied
page-next = Next
chart-top = at most { $top }
chart-title = { $title } over 14 days, at most { $top }. The table below has the figures.

## Moments, lengths of time, numbers
moment = { $day } { $month ->
    [1] January
    [2] February
    [3] March
    [4] April
    [5] May
    [6] June
    [7] July
    [8] August
    [9] September
    [10] October
    [11] November
   *[12] December
    } { $year }, { $time } UTC
moment-short = { $day } { $month ->
    [1] Jan
    [2] Feb
    [3] Mar
    [4] Apr
    [5] May
    [6] Jun
    [7] Jul
    [8] Aug
    [9] Sep
    [10] Oct
    [11] Nov
   *[12] Dec
    } { $year }, { $time } UTC
day-month = { $day } { $month ->
    [1] Jan
    [2] Feb
    [3] Mar
    [4] Apr
    [5] May
    [6] Jun
    [7] Jul
    [8] Aug
    [9] Sep
    [10] Oct
    [11] Nov
   *[12] Dec
    }
span-seconds = { $seconds } s
span-minutes = { $minutes } m
span-hours = { $hours } h { $minutes } m
span-days = { $days } d { $hours } h
length-minutes = { $minutes ->
    [one] 1 minute
   *[other] { $minutes } minutes
    }
length-hours = { $hours ->
    [one] 1 hour
   *[other] { $hours } hours
    }
length-days = { $days ->
    [one] 1 day
   *[other] { $days } days
    }
number = { $number }
word-count = { $count ->
    [one] 1 word
   *[other] { $count } words
    }

## Statuses of posts
status-held = held
status-published = published
status-rejected = rejected
status-failed = in review
status-withdrawn = withdrawn

## Roles
role-author = author
role-moderator = moderator
role-owner = owner

## Errors
error-number = Error { $status }
error-typed = What you typed
error-typed-hint = Nothing was saved. Copy it before you go on.
error-request = Request
error-to-start = To the start
error-to-site = To { $site }
error-bad-request = The request cannot be read
error-invalid-field = A field is not valid
error-unauthenticated = Log in first
error-forbidden = You may not do this
error-csrf-failed = The form was refused
error-not-found = There is no such page
error-unknown-token = The task token is unknown
error-method-not-allowed = The method is not allowed here
error-request-timeout = The request took too long
error-conflict = This is not possible now
error-already-decided = The post is already decided
error-stale-revision = The post was changed meanwhile
error-duplicate-external-id = The post was submitted before
error-duplicate-rule = The site has this rule
error-warned = There is something to be warned of
error-expired = This has expired
error-too-large = The request is too large
error-unsupported-media-type = The type of the body is not supported
error-idempotency-key-reused = The Idempotency-Key was used for another request
error-too-many-requests = Too many tries
error-internal = Something went wrong on our side
error-overloaded = Too busy at the moment
what-not-found = Nothing is at this address, or it is not for you.
what-unauthenticated = Log in first.
what-csrf-failed = The form belongs to another session or another site, or it was open for too long.
what-internal = The request could not be served.
what-overloaded = The server cannot take this now.
remedy-unauthenticated = Log in again, in this window or another; what you typed is below.
remedy-csrf-failed = Open the page again and send the form from there.
remedy-forbidden = Ask an owner of the site for the role that you need.
remedy-not-found = Check the address, or log in with the account that it is meant for.
remedy-link = Ask for a new link.
remedy-wait = Wait a moment and try again.
remedy-internal = Try again; if it stays, tell the people who run this server the number below.
remedy-too-large = Make it shorter and send it again.
remedy-correct = Go back, correct it and send it again.
what-method-not-allowed = The address exists, but not for this kind of request.
what-too-large = What was sent is larger than this form takes.
what-timeout = What was sent did not arrive in time.
what-unsupported-media-type = The form was sent in a way that cannot be read here.
what-bad-request = What was sent cannot be read.
role-does-not-reach = Your role on this site is { $role }, which does not reach here.
