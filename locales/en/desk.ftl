## The queue
queue-waiting = { $count } waiting
queue-found = { $count ->
    [one] 1 case found
   *[other] { $count } cases found
    }
queue-cut = This filter finds many cases. { $count } of the queue were looked through for this page; look on for more.
queue-like = Only what has much the same text as { $case }.
queue-like-case = this case
queue-unseen = { $count ->
    [one] 1 case has just come in and cannot be found yet.
   *[other] { $count } cases have just come in and cannot be found yet.
    }
queue-building = The search is being built: { $count } cases or more cannot be found yet.
tab-mine = For you
tab-aside = Put aside
tab-waiting = Waiting
tab-approved = Approved
tab-rejected = Rejected
tab-answered = Answered
tab-void = Void
tab-failed = Failed
any = any
queue = Queue
queue-stats = stats
queue-work = Work the queue
queue-state = State
queue-queues = Queues
queue-every = All
queue-views = Views
queue-remove-view = Remove the view “{ $name }”
remove = Remove
queue-filter-label = Filter the queue
queue-words = Words
queue-words-example = title, text or author
queue-words-hint = All of the words; “words in a row” in quotation marks; beginn* for beginnings.
category = Category
rule = Rule
author = Author
filter = Filter
clear = Clear
queue-keep = Keep this filter as a view for the team
view-name = Name
view-keep = Keep it
queue-look-on = Look on
queue-none-match = No case matches
queue-none-match-text = Nothing in this state has those words, that category, rule and author.
queue-clear = Clear the filters
queue-empty = Nothing here
queue-empty-text = Posts that a rule holds come here and wait for a decision.
queue-choose = Choose “{ $title }”
bulk-bar = Decide the chosen cases
bulk-chosen = The chosen
approve = Approve
reason = Reason
choose-reason = Choose a reason
reject = Reject
queue-large = 100 on a page
masks = Cover terms until I point at them
masks-keep = Keep my choice
masks-off = Nothing is covered any more.
masks-on = Terms of these categories are covered until you point at them.
view-kept = Everybody who decides here has the view “{ $name }” now.
view-name-rule = A view needs a name of at most { $chars } characters.
view-no-room = There is a view of that name, or there are too many: remove one first.
view-removed = The view is removed, for everybody.

## A case in a list
case-late = { $span } late
case-left = { $span } left
case-escalated = escalated
case-waits = waits { $span }
case-waits-now = waits since now
case-severity-counts = severity { $severity } counts { $hours } h more
case-over = its time was over
case-place = number { $number } in the queue: { $reason }
case-place-far = after the first { $number }: { $reason }
case-with-you = with you
case-with = with { $name }
case-for-you = for you
case-for-owners = for the owners
case-for = for { $name }
case-snoozed-until = snoozed until { $when }
case-snoozed = snoozed
case-with-author = with the author
severity = severity { $severity }
case-status-waiting = waiting
case-status-approved = approved
case-status-rejected = rejected
case-status-answered = answered
case-status-void = void
case-status-failed = failed
run-status-running = running
run-status-succeeded = succeeded
run-status-failed = failed
run-status-timed-out = timed out
run-status-stopped = stopped

## One case
case-next-free = Next free
case-previous = Previous
case-next = Next
case-nobody = nobody works on it
case-claim = Claim
case-give-back = Give it back
case-take-over = Take it over
case-newest = Its newest case
case-two = Two approvals.
case-take-back-approval = Take my approval back
case-aside = Out of the queue.
case-bring-back = Bring it back
case-note = Note: { $note }
case-held = Held.
case-show = Show the post
case-view-text = Text with hits
case-view-reader = As readers see it
case-view-diff = Changes
case-run-again = Run again
case-context = Context
case-hits-heading = Hits
case-no-hit = No rule hit.
case-earlier = Earlier posts
case-notes = Notes about the author
case-write-note = Write one
case-note-hint = For colleagues only
case-alike = Much the same text
case-alike-all = Show them in the queue
case-alike-more = Show all of them in the queue
case-similar = Held by the same rule
case-run = Run
case-execution = The whole execution
case-trail = This case
case-comes-back = It comes back by { $when }.
case-about = revision { $number } · { $words }
case-yours-for = yours for { $span }
case-theirs-for = { $name } works on it, for { $span } more
case-decided-approved-by = Approved by { $name }
case-decided-rejected-by = Rejected by { $name }
case-decided-answered-by = Answered by { $name }
case-decided-approved = Approved
case-decided-rejected = Rejected
case-decided-answered = Answered
case-two-you = You have approved it. Somebody else has to approve it too.
case-two-first = { $name } has approved it; with your approval it is published.
case-two-none = Two people have to approve posts of this category.
case-two-kept = Your approval is kept. Somebody else has to approve the post too.
case-two-taken-back = Your approval is taken back.
case-two-nothing = There is no approval of yours to take back any more.
case-own-post = This is your own post.
case-own-post-text = Somebody else has to decide it; the site does not let moderators decide on their own posts.
case-withdrawn = Withdrawn.
case-withdrawn-text = The author took the post back.
case-not-open = No longer open.
case-not-open-text = The post is at revision { $number } now.
case-broken = The workflow ended without an outcome.
case-broken-text = Nothing is published. Run it again once its cause is mended.
case-not-yours = Not yours to hear.
case-not-yours-text = You took the decision that this appeal is against. Somebody else hears it.
case-already = Already decided.
case-first-was = { $name } was first; what you sent has changed nothing.
case-somebody-first = Somebody was first; what you sent has changed nothing.
case-too-late = Too late.
case-too-late-text = The case waits for nothing any more; what you sent has changed nothing.
case-stale = The post was changed meanwhile.
case-stale-text = You saw revision { $seen }; revision { $newest } took its place. Nothing was decided.
case-ran-again = “{ $title }” went through the workflow again: { $status }.
case-nothing-to-run = Nothing to run again.
case-nothing-to-run-text = The post has gone on meanwhile.
case-had-approved = { $name } had approved the post before.
case-had-rejected = { $name } had rejected the post before.
case-is-approved = The post is approved.
case-is-rejected = The post is rejected.
case-published = Approved; the post is published.
case-told = Rejected; the author is told why.
case-approved-goes-on = The post is approved; its workflow goes on.
case-rejected-goes-on = The post is rejected; its workflow goes on.
case-nobody-waits = It waits for nobody any more.
case-works-on = { $name } works on it.
case-none-free = Nothing waits that nobody works on.
case-changed-since = Revision { $number } against revision { $judged }, which was judged last.
fact-member-since = Member since
fact-no-member = not a member any more
fact-published = Published
fact-held = Held
fact-rejected = Rejected

## Its hits
hit-rule = rule “{ $pattern }”
hit-rule-category = rule “{ $pattern }”, { $category }
hit-about = rule “{ $pattern }” in the { $field } · { $action } · rule set { $version }
hit-about-view = rule “{ $pattern }” in the { $field } · { $view } · { $action } · rule set { $version }
hit-more = More about hit { $number }
hit-open-rule = Open the rule
hit-figures-newest = { $cases } of the newest { $of }, { $precision }
field-title = title
field-body = body
action-allow = allow
action-hold = hold
action-reject = reject
action-shadow = shadow
view-hidden = hidden
view-markup = markup
view-marks = marks
view-lookalike = lookalike
view-leet = leet
view-repeated = repeated
view-separated = separated
view-masked = masked
view-link = link

## What happened to it
trail-by = { $what } by { $name }
trail-handed-over = Handed over to { $to }
trail-snoozed = Snoozed until { $when }
trail-first-approved = First approval
trail-approval-back = Approval taken back
trail-asked = Sent back to the author
trail-brought-back = Back in the queue
trail-opened = Opened
trail-held = Put into the queue
trail-escalated = Time was over; the owners were told
trail-approved = Approved
trail-rejected = Rejected
trail-answered = Answered
trail-decided = Decided, for { $seconds } s to be taken back,
trail-undone = Decision taken back
trail-dropped = Decision dropped, as the post had changed
trail-failed = The workflow ended without an outcome
via-desk = on this page
via-link = from the mail
via-api = over the API
via-aws = over the AWS API

## Putting it aside and handing it over
aside-snoozed = { $name } has snoozed it.
aside-asked = { $name } has asked the author to change it.
aside-snoozed-until = Snoozed until { $when }.
aside-asking = The author is asked by mail in { $seconds } s, unless you bring the case back before.
aside-asked-now = The author is asked by mail.
aside-back = Back in the queue, at its place.
aside-own-post = Somebody else has to look at your own post.
hand-over-done = Handed over to { $name }, who is told by mail.
hand-over-owners-done = Handed over to the owners, who are told by mail.
the-owners = the owners

## The buttons
decide-label = Decision
decide-reject = Reject…
decide-template = Reason template
decide-own-words = none, in your own words
decide-note = Note for colleagues
decide-reason = Reason, as the author reads it
decide-reason-hint = Left empty, the template's words are sent; { "{title}" }, { "{author}" } and { "{site}" } are filled in.
decide-key-hint = { $key } and the number of a template reject at once.
decide-passages = Show the author what was hit
decide-passages-hint = Where, not by which rule.
decide-reject-button = Reject and tell the author
decide-preview = Preview the mail
decide-ask = Send back…
decide-ask-note = What to change, as the author reads it
decide-ask-hint = Nothing is decided. What the author submits then keeps this place in the queue.
decide-ask-button = Ask for this change
decide-snooze = Snooze…
decide-snooze-in = Show it again in
snooze-1 = an hour
snooze-4 = four hours
snooze-24 = a day
snooze-72 = three days
snooze-168 = a week
decide-snooze-button = Snooze it
decide-hand-over = Hand over…
decide-to = To
decide-hand-over-why = Why, for them
decide-hand-over-button = Hand it over
decide-unfilled = Fill in what stands for { $name } first.
decide-too-long = At most { $chars } characters.
decide-why = Tell the author why, or choose a template.

## An appeal
case-appeals = The author appeals.
appeal-hint = Approving overturns the decision and publishes the post; rejecting upholds it.
appeal-against-reason = { $name } rejected it: “{ $reason }”
appeal-against = { $name } rejected it.
appeal-against-rule = A rule rejected it.

## Taking back
undo-label = Decisions that can be taken back
undo-left = takes effect in { $seconds } s
undo = Undo
undo-all = Undo all { $count }
undo-approved = Approved
undo-rejected = Rejected
undo-done = Taken back; the post waits in the queue as before.
undo-waits = The post waits in the queue already.
undo-too-late = Too late: the decision has taken effect.
undo-nothing = There is nothing to take back any more.
undo-all-done = { $count ->
    [one] 1 decision taken back.
   *[other] { $count } decisions taken back.
    }

## Many at once
bulk-heading = Many at once
bulk-back = Back to the queue
bulk-chosen-legend = Chosen
bulk-open-label = Open “{ $title }”
bulk-open = open
bulk-reason = Reason, as the authors read it
bulk-reject = Reject the chosen
bulk-approve = Approve the chosen
bulk-none = Choose at least one case.
bulk-preview-about = The mail to { $name }. Each of the others gets the same about their own post.
bulk-approved = { $count ->
    [one] 1 post approved.
   *[other] { $count } posts approved.
    }
bulk-rejected = { $count ->
    [one] 1 post rejected.
   *[other] { $count } posts rejected.
    }
bulk-summary = { $count ->
    [one] { $done } of 1 case decided.
   *[other] { $done } of { $count } cases decided.
    }
bulk-done = decided
bulk-repeated = so decided by { $name } before
bulk-first = { $name } was first and decided otherwise
bulk-stale = the author changed the post meanwhile
bulk-own = your own post
bulk-own-decision = an appeal against your own decision
bulk-two = your approval is kept; somebody else has to approve it too
bulk-unknown = there is no such case
bulk-closed = it waits for nothing any more
bulk-failed = could not be decided, by a failure of ours; try it once more
somebody = somebody

## What the script says
key-next = Next case
key-previous = Previous case
key-reject = Reject, then the number of a reason
key-undo = Undo the last decision
key-select = Select for many at once
key-escalate = Hand over to a colleague or the owners
key-ask = Send back to the author for a change
key-snooze = Snooze, or bring back
key-claim = Claim, or give back
key-work = Work on the next free case
key-queue = Back to the queue
key-hit = Next hit
key-hit-back = Previous hit
key-view = Other view of the post
key-search = Search and filter
key-help = All keys
keys-heading = Keys
keys-hint = Ctrl-K finds every action by its name. Keys are kept in this browser.
keys-on = Keys without Ctrl are on
keys-reset = Back to the usual keys
close = Close
palette = Actions
palette-find = Find an action or a page
say-last = This is the last case here.
say-first = This is the first case here.
say-no-hit = There is no hit in this view.
say-hit = Hit { $number } of { $count }: { $text }
say-one-hit = Hit: { $text }
say-leave = Leave what you have typed?
say-no-answer = The server did not answer. Nothing you typed is lost; send it again.
say-works-on = { $name } works on this case.
say-yours = yours while you are here
say-approved-by = approved by { $name }
say-rejected-by = rejected by { $name }
say-answered-by = answered by { $name }
say-snoozed-by = snoozed by { $name }
say-sent-back-by = sent back by { $name }
say-approved = approved
say-rejected = rejected
say-answered = answered
say-snoozed = snoozed
say-sent-back = sent back
say-settled = Just { $what }.
say-settled-text = What you send now changes nothing.
say-new = { $count } new
say-changed = The queue has changed
say-chosen = { $count } chosen
