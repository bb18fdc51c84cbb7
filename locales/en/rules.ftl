## The list of rules
rules = Rules
rules-suggestions = Suggestions
rules-versions = Versions
rules-filter-label = Filter the rules
rule-text = Text
rule-kind = Kind
rule-outcome = Outcome
rules-none-match = No rule matches
rules-none = No rules yet
rules-none-text = Without rules every post is published at once. Add one here, or import a list of words.
rules-summary = rule set { $version } · { $rules }
rules-summary-off = rule set { $version } · { $rules }, { $off } of them off
rules-broken = The rules could not be loaded, so every post is held.
rule-off = off
rule-removed = removed
rule-kind-word = word
rule-kind-phrase = phrase
rule-kind-wildcard = wildcard
rule-kind-regex = regex
rule-kind-combination = combination
rule-combination = A combination: { $example }.
rule-kind-host = host
rule-words = Words
rule-inflections = A word
rule-also = Also found: { $forms }.
rule-exceptions = But not in
rule-exceptions-hint = Words and phrases, one a line: a hit of this rule inside of one does not count.
rule-but-not = but not { $text }
rule-inflections-none = only as it is written
rule-inflections-en = with its English forms
rule-inflections-de = with its German forms
rule-inflections-fr = with its French forms
rule-inflections-es = with its Spanish forms
rule-inflections-tr = with its Turkish forms
rule-fields-title = title
rule-fields-body = text
rule-fields-both = title and text
rule-match-exact = exact: as it is written
rule-match-normal = normal: through common disguises
rule-match-aggressive = aggressive: through any disguise
rule-mode-exact = exact
rule-mode-normal = normal
rule-mode-aggressive = aggressive

## The brake
brake-release = Release what it kept back
brake-keep = Leave it to the moderators
brake-title = The brake put { $rule } to shadow.
brake-text = It was new and kept back { $held } of the last { $posts }, { $when }. What it rejected is checked again, what it holds is approved. Put it back in force if that was meant; it is not stopped a second time.
brake-kept = The posts stay in the queue.
brake-released = { $count ->
    [one] 1 post released.
   *[other] { $count } posts released.
    }
brake-released-others = { $released } released; { $others } wait for other reasons too.

## Trying a text
rules-try = Try a text
rules-try-title = Title
rules-try-readings = What each view reads
rules-try-readings-hint = One upon the other. Whether a rule believes what it finds there depends on its match.
view-text = as typed
rules-try-author = Address of the author
rules-try-author-hint = Some rules ask who wrote a post. Without an address it is somebody new.
rules-try-button = Check it
rules-try-rule = The rule
except-from-rule = Except “{ $pattern }” from the rule
except-from-all = Except it from all rules
rules-try-publish = would be published
rules-try-hold = would be held
rules-try-reject = would be rejected
rules-try-figures = { $cases } in 30 days, { $precision }
case-count = { $count ->
    [one] 1 case
   *[other] { $count } cases
    }
rule-precision = { $percent } % rejected of { $count }
rule-no-precision = nobody has decided yet

## Importing and exporting
rules-add = Add a rule
import = Import a list
import-list = The list
import-file = Read the list from a file
import-format = Format
rule-match = Match
rule-why = Why, for the history
import-button = Import
import-anyway = Import it anyway
rule-rehearse = Try it on the posts
export = Export
import-done = { $rules } imported; { $lines } left out.
import-lines = { $count ->
    [one] 1 line
   *[other] { $count } lines
    }
import-nothing = Nothing here is new.
import-would-add = { $count ->
    [one] 1 rule would be added.
   *[other] { $count } rules would be added.
    }
import-known = { $count } there already
import-duplicates = { $count } twice in the list
import-unneeded = { $count } exceptions that are not needed
import-mild = { $count } mild, only noted
import-addresses = { $count ->
    [one] 1 host or part of an address, taken as it is written
   *[other] { $count } hosts or parts of addresses, taken as they are written
    }
import-literal = { $count } taken at their word
import-unreadable = { $count } not readable
import-text = { $parts }. Nothing was changed yet.
import-problem = line { $line }: { $problem }
import-more = and { $count } more
import-together = The rules do not load together.
import-refused = The list cannot be imported.
import-unchanged = Nothing was changed.

## One rule
rule-figures = Figures
rule-history = History
rule-remove-heading = Remove
rule-remove-hint = Earlier cases keep the rule and the version that held them.
rule-remove = Remove this rule
rule-added = The rule “{ $pattern }” is in force.
rule-changed = The rule “{ $pattern }” is changed.
rule-is-removed = The rule “{ $pattern }” is removed.
rule-posts = Posts in 30 days
rule-posts-logged = { $logged ->
    [0] { $all }
   *[other] { $all }, { $logged } only logged
    }
rule-cost = Cost
rule-cost-of = { $alone } µs a post by itself, { $all } µs all rules together; measured on { $posts }
rule-cost-unknown = no posts to measure it on
rule-cases = Cases in 30 days
rule-decided = Decided
rule-last = Last hit
rule-none-yet = none yet
rule-version = rule set { $version } by { $name }: { $comment }
rule-pattern = Text to find
rule-severity = Severity
rule-looks-at = Looks at
rule-note = Note
rule-on = Rule is on
rule-wildcards = Wildcards: { $any } any letters, { $one } one letter, within a word. In a phrase { $words } stands for up to three words, { $number } for up to five.
rule-add = Add the rule
rule-save = Save
rule-save-anyway = Save it anyway
rule-severity-1 = 1, mild
rule-severity-4 = 4, severe
rule-stale = Somebody else changed the rules meanwhile. Look again, then try again.
rule-gone = The rule has been removed meanwhile.
rule-known = Another rule says the same.
rule-unsavable = It cannot be saved: { $problem }.

## Trying a change on the posts
rehearsal-title = Newly held { $held }, released { $released }.
rehearsal-title-rejected = Newly held { $held }, rejected at once { $rejected }, released { $released }.
rehearsal-none = There are no posts yet to look at.
rehearsal-all = { $count ->
    [one] Looked at the only post.
   *[other] Looked at all { $count } posts.
    }
rehearsal-newest = Looked at the newest { $count } posts.
rehearsal-hit-one = The rule hits { $hit } ({ $share } %).
rehearsal-hit-many = The rules hit { $hit } ({ $share } %).
rehearsal-unchanged = Nothing was changed yet.
rehearsal-harsh = This would keep back { $share } % of your posts.
rehearsal-more = { $count ->
    [one] And 1 more collision.
   *[other] And { $count } more collisions.
    }
rehearsal-held = Newly held
rehearsal-rejected = Rejected at once
rehearsal-softened = Held and no more rejected at once
rehearsal-released = Released
rehearsal-list = { $what }: { $posts }, of which moderators had approved { $approved } and rejected { $rejected }
rehearsal-list-newest = { $what }: { $posts }, of which moderators had approved { $approved } and rejected { $rejected }; the newest { $shown }
rehearsal-by-approved = approved by moderators
rehearsal-by-rejected = rejected by moderators
rehearsal-by-nobody = nobody decided
collision-contains = “{ $pattern }” also holds “{ $word }”, which contains “{ $hit }”.
collision-contains-literal = “{ $pattern }” also holds “{ $word }”, which contains “{ $hit }”, so it is taken at its word.
collision-is-common = “{ $word }” is a common word.
collision-is-common-literal = “{ $word }” is a common word, so it is taken at its word.
collision-common = “{ $pattern }” also holds the common word “{ $word }”.
collision-common-literal = “{ $pattern }” also holds the common word “{ $word }”, so it is taken at its word.

## Suggestions
suggestions-hint = What the decisions of moderators suggest.
suggestions-note = Nothing here changes a rule: each leads to the form of a new one, tried on the posts.
suggestions-none = Nothing yet.
suggestions-read = Read were { $rejected } and { $others } that nobody rejected, the newest.
suggestions-rejected = { $count ->
    [one] 1 rejected post
   *[other] { $count } rejected posts
    }
suggestions-approved = { $count ->
    [one] 1 approved post
   *[other] { $count } approved posts
    }
suggestions-others = { $count ->
    [one] 1 other
   *[other] { $count } others
    }
suggestions-term = in { $rejected } and { $others }
suggestions-exception = hit by “{ $pattern }” in { $approved }, rejected in none
suggestions-terms = Terms to hold
suggestions-terms-hint = They stand in rejected posts, hardly in others, and no rule finds them.
suggestions-exceptions = Exceptions
suggestions-exceptions-hint = Rules held posts for them that moderators approved each time.

## Versions of the rules
versions-hint = Every change of the rules is a version. A case keeps the one that held it, and any of them can be restored.
versions-none = No versions yet
versions-none-text = The first rule makes the first one.
versions-in-force = in force
version-number = rule set { $number }
versions-title = Versions of the rules
version-added = { $count ->
    [one] 1 rule added
   *[other] { $count } rules added
    }
version-changed = { $count ->
    [one] 1 rule changed
   *[other] { $count } rules changed
    }
version-removed = { $count ->
    [one] 1 rule removed
   *[other] { $count } rules removed
    }
version-heading = Rule set { $number }
version-no-change = It changed no rule.
version-restore = Restore
version-restore-hint = All rules will be again what they were in this version. What came after stays in the history.
version-current = This version is in force.
version-owners = Owners can restore it.
version-more = { $count ->
    [one] And 1 more rule.
   *[other] And { $count } more rules.
    }
version-word-added = added
version-word-changed = changed
version-word-removed = removed
version-restored = The rules are again those of version { $version }.
rules-do-not-load = with this change the rule set does not load: { $problem }
comment-added = added { $what }
comment-changed = changed { $what }
comment-removed = removed { $what }
comment-import = { $count ->
    [one] import of 1 rule
   *[other] import of { $count } rules
    }
comment-outcomes = changed what hits lead to
comment-shared = rules of { $what }, version { $version }
comment-unshared = no more rules of { $what }
comment-restored = restored rule set { $version }
version-comment = The comment must be { $problem }.
version-unrestorable = It cannot be restored: { $problem }.

## What hits lead to
outcomes = What hits lead to
outcomes-hint = A category goes before the severity, and both before what a rule says. Exceptions and shadow rules stay what they are. Every change is a version of the rules.
outcomes-by-severity = By severity
outcomes-hold-from = Hold from severity
outcomes-hold-from-hint = Milder rules only log what they find.
outcomes-reject-from = Reject from severity
outcomes-reject-from-hint = Milder rules hold instead.
outcomes-by-category = By category
outcomes-by-category-hint = Cases of a category with a queue are found under the queue's name, beside all others. Those of several categories can be in several queues.
outcomes-as-rules = as each rule says
outcomes-queue = Queue
outcomes-two = Two approve
outcomes-two-hint = Where two approve, the approval of a second person publishes; one person is enough to reject, and API keys cannot approve such posts.
outcomes-new = Another category
outcomes-save = Save
outcomes-saved = It is in force.
outcomes-category-rule = A category must be one line of at most 64 characters without a comma, and there must be at most 100.
outcomes-queue-rule = A queue must be one line of at most 40 characters without a comma.
outcomes-comment-rule = The comment must be one line of at most 500 characters.
outcomes-line-hold = hold from severity { $severity }
outcomes-line-reject = reject from severity { $severity }
outcomes-line-queue = queue { $queue }
outcomes-line-two = two approve
version-outcomes = what hits lead to

## Shared rules
shared = Shared rules
shared-hint = The rules of another site become rules of this one and follow when they are changed there, each time as a version of their own that the brake watches. What you change about one of them (off, another outcome, an exception) stays as you said.
shared-of-others = Rules of other sites
shared-none = No other site here shares its rules.
shared-in-use = in use
shared-used = { $rules }, taken over up to version { $version }
shared-take = Use them
shared-give-up = Use them no more
shared-own = Rules of this site
shared-own-shared = The other sites here may use them.
shared-own-kept = Only this site uses them.
shared-share = Share them
shared-keep = Share them no more
shared-taken = Their rules are in force.
shared-given-up = Their rules are gone.
shared-are-shared = Other sites may use the rules.
shared-are-kept = No other site may begin to use the rules. Those that do keep what they have.
