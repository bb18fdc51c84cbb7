## Writing
write-heading = Write a post
write-hint = Every post is checked when you submit it. Most are published at once; some wait for a moderator first. You will see which, and why, on the post's own page.
write-unsaved = This browser has a text that was not saved.
write-put-back = Put it back
write-refused = It was not submitted.
write-title = Title
write-text = Text
markdown-bold = **bold**
markdown-italic = *italic*
markdown-heading = ## heading
markdown-list = - list
markdown-quote = > quote
markdown-link = [text](https://…)
words-one = 1 word
words-other = # words
submit = Submit
submit-correction = Submit the correction
preview = Preview
preview-button = Preview
preview-here = The preview stands here, as readers would see the post.
preview-note = { $words }. Nothing is submitted yet.
draft-save = Save draft
draft-discard = Discard the draft
draft-saved = The draft is saved.
draft-gone = The draft is gone.
draft-saved-now = Draft saved
draft-saved-here = Not saved on the server; kept in this browser
verdict-publish = It would be published at once.
verdict-hold = A moderator would look at it first.
verdict-reject = A rule of this site does not let it pass.
verdict-because = Because of { $words }.
submitted-published = Published
submitted-held = Submitted. A moderator looks at it before it is published
submitted-rejected = Submitted, but a rule of this site does not let it pass
submitted = Submitted

## What a post must be
title-empty = The title must not be empty.
title-too-long = The title must have at most 200 characters.
title-one-line = The title must be one line without control characters.
body-empty = The text must not be empty.
body-too-long = The text must have at most { $bytes } bytes, line breaks and quotes counted twice.
body-control = The text must not have control characters but line breaks and tabs.
statement-empty = Your words must not be empty.
statement-too-long = Your words must have at most { $chars } characters.
statement-control = Your words must not have control characters but line breaks and tabs.
revision-stale = You corrected revision { $seen }, but revision { $newest } is newer. Compare it below, then submit again.
revision-withdrawn = The post was withdrawn. Submit it as a new one.

## The list of one's own posts
mine-drafts = Drafts
mine-draft = draft
mine-submitted = Submitted
mine-empty = You have not written anything yet
mine-empty-text = Your posts will stand here with what became of them.
mine-untitled = Without a title
revision = revision { $number }
revision-online = revision { $number } · readers see revision { $online }
revision-words = revision { $number } · { $words }

## The page of one's own post
post-as-readers = as readers see it
post-appeal-refused = The appeal was not sent.
post-your-appeal = Your appeal
post-correct = Correct and resubmit
post-correct-hint = The correction is checked anew and takes the place of this revision.
post-appeal = Appeal against the decision
post-appeal-why = Why was the decision wrong?
post-appeal-hint = A moderator who did not take the decision reads this and looks at the post again. Open until { $when }.
post-appeal-send = Send the appeal
post-as-it-stands = As it stands
post-as-submitted = As it was submitted
post-marked = The moderator has marked what the decision is about.
post-expect = What to expect
post-happened = What happened
post-withdraw = Withdraw
post-withdraw-hint = Takes the post back: nobody decides on it any more, and readers do not see it.
post-withdraw-button = Withdraw this post
post-withdrawn = Withdrawn
post-withdrawn-before = It was withdrawn before
appeal-sent = Your appeal is in the queue
appeal-not-rejected = There is no rejection to appeal against any more.
appeal-too-late = The decision is older than six months.
appeal-heard = An appeal against this decision was heard before.

## What to expect
outlook-place = Place in the queue
outlook-next = next
outlook-more = more than { $count } before it
outlook-before = { $count } before it
outlook-half = Half were decided within
outlook-half-beyond = Half waited longer than
outlook-most = Eight in ten took
outlook-spread = { $short } to { $long }
outlook-spread-beyond = { $short } to more than { $long }
outlook-of = Said of the last
outlook-cases = { $count ->
    [one] 1 case
   *[other] { $count } cases
    }
outlook-cases-waiting = { $count } cases, { $waiting } of them still waiting
outlook-usual = Usual wait
outlook-too-few = too few decisions yet
outlook-due = The site wants it decided by

## What the status means
summary-appeal = Your appeal waits for a moderator.
summary-appeal-text = Somebody who did not take the decision looks at it again. You get a mail when it is decided.
summary-upheld = The decision stands after your appeal.
summary-upheld-text = You can correct it and submit it again, or take it back.
summary-asked = A moderator asks you to change it.
summary-asked-text = Nothing is decided. Change it and submit it again: it keeps its place in the queue.
summary-checked = It is being checked.
summary-checked-text = A service looks at it, which takes a moment. Then it is published, or waits for a moderator.
summary-held = It waits for a moderator.
summary-held-text = You get a mail when somebody has decided. You can still correct it or take it back.
summary-correction = Your correction waits for a moderator.
summary-correction-text = Until somebody has decided, readers see the revision before it.
summary-published = It is published.
summary-published-text = Everybody can read it.
summary-rejected = It was not published.
summary-rejected-text = You can correct it and submit it again, appeal, or take it back.
summary-correction-rejected = Your correction was not published.
summary-correction-rejected-text = Readers go on seeing the revision before it. You can correct it and submit it again.
summary-failed = Something on our side went wrong with it.
summary-failed-text = Nothing is lost: the moderators see the post and can send it through again.
summary-withdrawn = You took it back.
summary-withdrawn-text = Nobody but you and the moderators can see it.

## What happened to it
step-submitted = Submitted
step-revised = Corrected and submitted again
step-held = Held for a moderator
step-held-text = The site's rules ask that a person looks at it.
step-asked = A moderator asked for a change
step-escalated = Nobody decided in time
step-escalated-text = The owners of the site were told.
step-approved = Approved and published
step-rejected = Rejected
step-published = Published
step-failed = Something on our side went wrong
step-run-again = Sent through again
step-withdrawn = Withdrawn
step-appealed = You appealed
step-appealed-text = Somebody who did not take the decision looks at it again.
step-overturned = Appeal granted, published
step-upheld = The decision stands
step-next = A moderator decides
draft-too-long = The draft is too long to be kept.
draft-too-many = There are { $count } drafts already: submit or discard some first.
