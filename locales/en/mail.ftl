## Around every mail
mail-sent-by = Sent by { $site }.
mail-off = Switch these notices off
mail-off-url = Switch these notices off: { $url }

## What authors hear
held-subject = Your post waits for a moderator: { $title }
held-heading = Your post waits for a moderator
held-text = { $title } is not public yet: a rule asks a person to look at it first. You need not do anything, and we write to you when it is decided.
held-until-then = Until then you can correct it or take it back.
mail-where-it-stands = See where it stands
published-subject = Published: { $title }
published-heading = Your post is published
published-text = { $title } is online.
mail-read-it = Read it
published-correct = Correct it or take it back
rejected-subject = Not published: { $title }
rejected-heading = Your post was not published
rejected-moderator = A moderator read { $title } and wrote:
rejected-rule = { $title } was not accepted:
rejected-no-reason = No reason was given.
mail-passages = It is about these words:
rejected-again = You can correct it and submit it again; your text is kept.
mail-correct = Correct and resubmit
rejected-ground-label = On what ground:
rejected-ground = The rules of { $site }
rejected-ground-on = The rules of { $site } on: { $categories }
rejected-facts-label = What happened:
facts-found = { $count ->
    [0] The text was looked at before it was published.
    [one] Before it was published, one passage of the text matched a rule of the site.
   *[other] Before it was published, { $count } passages of the text matched rules of the site.
    }
facts-appeal = The author appealed; a moderator who had not taken the first decision came to the same end.
facts-moderator = A moderator read it and decided not to publish it.
facts-rule = A rule of the site does not let such texts pass; no person was involved.
rejected-appeal-label = If you think it is wrong:
rejected-appeal = you can appeal on the post's page until { $until }. Somebody else looks at it again.
asked-subject = Please change your post: { $title }
asked-heading = A moderator asks you to change your post
asked-text = They read { $title } and wrote:
asked-again = Change it and submit it again; it keeps its place in the queue. Nothing is decided yet.
asked-button = Change and resubmit
appeal-subject = Your appeal waits for a moderator: { $title }
appeal-heading = Your appeal waits for a moderator
appeal-text = Somebody who did not take the decision on { $title } looks at it again, usually by { $due }. We write to you when it is decided.
upheld-subject = The decision stands: { $title }
upheld-heading = The decision stands
upheld-text = You appealed against the decision on { $title }. Somebody else has looked at it and came to the same end:
upheld-again = You can still correct the post and submit it again; your text is kept.
overturned-subject = Published after your appeal: { $title }
overturned-heading = Your appeal was granted
overturned-text = Somebody else has looked at { $title } and overturned the decision. It is online now.
overturned-page = What became of it is on the post's own page.

## What everybody hears about an account
invitation-subject = Invitation to { $site }
invitation-mail-heading = You are invited
invitation-mail-text = { $inviter } invites you to be { $role } of { $site }.
invitation-an-owner = An owner
invitation-accept-button = Accept the invitation
invitation-ignore = If you expected nothing of the kind, ignore this mail.
link-works-once = The link works once, until { $expires }.
confirm-subject = Confirm your address
confirm-text = One click, and you can write for { $site }.
confirm-button = Confirm my address
confirm-works = The link works until { $expires }. If you did not sign up, ignore this mail.
reset-subject = A new password
reset-text = Somebody, hopefully you, asked for a new password for this address.
reset-button = Choose a new password
reset-works = The link works once, until { $expires }. If it was not you, ignore this mail: nothing changes.

## What moderators and owners hear
waiting-subject = A post waits: { $title }
waiting-heading = A post waits for a decision
waiting-others = { $count ->
    [one] 1 other post waits before it.
   *[other] { $count } other posts wait before it.
    }
waiting-many = { $count ->
    [one] 1 post waits
   *[other] { $count } posts wait
    }
waiting-more = and { $count } more
reminder-subject = Still waiting: { $title }
reminder-heading = A post still waits
reminder-text = Nobody has decided on it for { $waited }. It is to be decided { $due }.
escalation-subject = Nobody decided in time: { $title }
escalation-heading = Nobody decided in time
escalation-text = A post of your site has waited { $waited } without a decision. It stays held until somebody decides.
handed-subject = { $name } asks you to decide: { $title }
handed-heading = A colleague asks you to decide
handed-text = { $name } has handed this case over to you.
handed-colleague = A colleague
moved-somebody = somebody who left
moved-heading = { $count ->
    [one] A case that { $name } had is for the owners now
   *[other] { $count } cases that { $name } had are for the owners now
    }
workflow-subject = A workflow broke: { $title }
workflow-heading = A workflow broke
workflow-text = The workflow of { $title } ended with an error. The post is not public, and nothing happens to it until somebody runs the workflow again.
workflow-no-cause = No cause was given.
workflow-look = Look at it
braked-subject = A rule held too much: { $pattern }
braked-heading = A rule held too much
braked-text = The rule { $pattern } was written within the last day and kept back { $figures }. That is more than it can have been meant for, so it only logs now what it finds.
braked-figures = { $held } of the last { $posts } posts
braked-release = You can release what it held in one go, or leave it to the moderators. If the rule is right as it is, put it back in force: it is not stopped a second time.
braked-look = Look at the rules
case-decide = Read and decide
case-open = Open it in the queue
queue-open = Open the queue
case-link-note = The first link is yours alone and works for 72 hours. Opening it decides nothing.
case-links-note = Each link is yours alone and works for 72 hours. Opening one decides nothing.
case-no-deadline = without a deadline
case-due = by { $when }
case-decide-due = A post waits for a decision { $due }.
case-hits = { $count ->
    [one] 1 hit
   *[other] { $count } hits
    }
case-rules = { $count ->
    [one] 1 rule
   *[other] { $count } rules
    }
case-why = { $hits } of { $rules }; the highest severity is { $severity }.
case-why-workflow = The workflow asks for a decision.
