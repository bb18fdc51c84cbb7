## What is wrong with something that was typed; each stands behind its field's name or at its field, without a full stop
flaw-words = { $text }
flaw-of = { $field }: { $flaw }
flaw-inside = “{ $part }”: { $flaw }
flaw-and = { $first }; { $second }
flaw-empty = may not be empty
flaw-control = may not contain control characters
flaw-long = at most { $most } characters
flaw-long-each = at most { $most } characters each
flaw-many = at most { $most } of them
flaw-line = one line of at most { $most } characters
flaw-name = one line of 1 to { $most } characters without a comma
flaw-severity = a number from 1 (mild) to 4 (severe)
flaw-threshold = must be a severity, 1 to 4, or 0
flaw-range = from { $from } to { $to }
flaw-milliseconds = from { $from } to { $to } milliseconds
flaw-one-of = must be one of { $names }

## A rule
flaw-no-field = Choose the title, the text or both
flaw-word-spaces = a word has no spaces: make it a phrase
flaw-invisible = has only invisible characters
flaw-phrase-empty = a phrase needs letters, digits or symbols
flaw-phrase-gap-end = a phrase ends with a word, not with a gap
flaw-phrase-gap = a gap has 1 to { $most } words
flaw-wildcard-spaces = a wildcard has no spaces
flaw-wildcard-open = a wildcard needs two characters in a row that are neither * nor ?
flaw-regex-large = the regular expression is too large
flaw-regex-empty = the regular expression matches an empty text
flaw-host = a host is written as example.com, with a path as example.com/offers, and a whole ending as .example
flaw-host-port = a host has no port and no colon: example.com
flaw-inflections = only words have inflections
flaw-combination-allows = a combination is no exception: it excuses nothing
flaw-exception-excepts = an exception has no exceptions of its own

## A combination
flaw-at = at character { $place }: { $flaw }
flaw-nested = is nested too deeply
flaw-not-closed = a pattern is not closed
flaw-wanted-end = expected and, or, or the end
flaw-wanted-bracket = expected a closing bracket
flaw-wanted-near = expected the pattern that is near, such as near 5 "money"
flaw-wanted-part = expected a pattern in quotes, or one of { $names }
flaw-wanted-words = expected at most { $most } words
flaw-wanted-sign = expected <, <=, =, >= or >
flaw-wanted-number = expected a number up to { $most }
flaw-wanted-age = expected an age such as 12h, 7d or 2w

## A list of rules
flaw-encoding = not UTF-8
flaw-column = unknown column “{ $name }”; known are { $known }
flaw-no-pattern = no pattern
flaw-not-rules = must be an array of rules, or an object with such an array named rules
flaw-list-long = more than { $most } rules

## An external check
flaw-check-name = 1 to 40 lower-case letters, digits and inner hyphens
flaw-check-known = there is a check of that name
flaw-checks-many = a site has at most { $most } checks
flaw-url = expected a URL like { $example }
flaw-url-user = a URL without a user or a password; requests are signed
flaw-url-fragment = a URL without #
flaw-url-scheme = expected https://; http:// only where the operator allows the host (checks_allow)
flaw-url-address = { $address } has no public address; the operator can allow it with checks_allow
