## Fields
field-name = Name
field-email = E-mail
field-password = Password
field-new-password = New password
password-hint = At least 15 characters. Four words you make up are good.
name-hint-readers = Readers see it below your posts.
name-hint-colleagues = As colleagues and authors see it.
name-hint-own = Your own, as colleagues and authors see it.
save = Save

## What fields must be
name-length = The name must have 1 to 80 characters.
name-one-line = The name must be one line of visible characters.
address-form = The address must be an e-mail address.
address-length = The address must have at most 254 bytes.
address-taken = The address has an account. Log in with it.
address-taken-owner = The address has an account. On the server, “gatepost user add” makes it an owner.
password-too-short = The password must have at least 15 characters.
password-too-long = The password must have at most 1,024 bytes.
password-common = The password is one of the common ones, which are tried first.
password-guessable = The password must be more than a pattern or the names of you, the site and this product.
password-not-present = This is not the present password.
too-many-seconds = { $seconds ->
    [one] Too many tries. Try again in a second.
   *[other] Too many tries. Try again in { $seconds } seconds.
    }
too-many-minutes = Too many tries. Try again in { $minutes } minutes.
too-many-locked = Too many tries. Choose a new password by “Forgotten password” to go on.

## Logging in
login-wrong = Address and password do not go together.
login-unconfirmed = This address is not confirmed yet. The link is in a new mail to it.
forgotten = Forgotten password
sign-up = Sign up

## A forgotten password
forgot-sent = Look into your mail
forgot-sent-text = If { $email } belongs to an account, a link to choose a new password is on its way. It works once, for one hour.
forgot-mailless = This server sends no mail. Ask an owner of the site: the link stands in the Outbox.
forgot-back = Back to the login
forgot-intro = We send a link with which you choose a new one.
forgot-send = Send the link
reset-heading = Choose a new password
reset-for = For { $email }. Every other session of this account ends.
reset-set = Set the password
reset-done = The new password is set. Log in with it.
link-spent = This link is spent
reset-spent = It was used already, or it is older than an hour.
reset-again = Ask for a new one

## Confirming an address
confirm-heading = Confirm your address
confirm-ask = Is { $email } yours?
confirm-yes = Yes, confirm it
confirm-not-you = If you did not sign up, close this page; nothing happens.
confirm-done = Confirmed
confirm-done-text = { $email } is confirmed. You can write now.
confirm-go-on = Go on
confirm-spent = The address was confirmed already, or the link is too old. Your account page sends a new one.

## Invitations
invitation = Invitation
invitation-heading = Join { $site }
invitation-text = { $inviter } invites { $email } to be { $role } of { $site }.
invitation-accept = Accept the invitation
invitation-done = You are { $role } of { $site } now.
invitation-spent = This invitation is spent
invitation-spent-text = It was accepted already, taken back, or it is too old.
invitation-spent-ask = Ask the person who sent it for a new one.

## Setting up
setup-heading = Set up Gatepost
setup-intro = You become the owner of the first site. Everything here can be changed later.
setup-site-name = Name of the site
setup-become = Become the owner
setup-spent = Gatepost has an owner already, or the link was not copied whole.
setup-locked-out = Locked out? On the server, { $command } prints a new one-time link.
setup-done = Gatepost is yours. Sign-up is open; words to hold posts for are under Rules.

## Notices by mail
notices = Notices
notices-off-heading = Switch notices off
notices-off-text = { $site } will send no more notices to { $email }. Mail about the account itself still comes.
notices-off-button = Switch them off
notices-off-done = Notices are off
notices-off-done-text = { $site } sends no more notices to { $email }. You can switch them on again on your account page.

## The account page
account-unconfirmed = This address is not confirmed.
account-unconfirmed-text = Until it is, we send no notices to it.
account-send-link = Send the link again
account-link-sent = The link is in a new mail.
account-rename = Change the name
account-renamed = Your name is changed.
account-language = Language
account-language-label = Pages and mail are in
account-language-hint = The public pages of a site are in the site’s language.
account-language-none = The language of the browser, or else of the site
account-language-saved = The language is saved.
sites = Sites
account-no-sites = You belong to no site.
account-notices = Send me mail
account-notices-hint = Authors: what became of a post. Moderators: what waits. Mail about your account always comes.
account-notices-kinds = And of these
account-notices-on = You get notices by mail.
account-notices-off = You get no notices by mail any more.
notice-held = A post or an appeal of mine waits for a moderator
notice-decided = What became of a post or an appeal of mine
notice-waiting = Posts wait for a decision
notice-reminder = Half of a post's time is over
notice-trouble = Nobody decided in time, or a workflow broke
account-away = Away
account-away-until = Until, and that day too
account-away-hint = What you have claimed is free for others, and you hear of nothing that waits. No date means that you are here.
account-away-on = You get nothing to do until then.
account-away-off = Welcome back.
account-present-password = Present password
account-change-password = Change the password
account-password-changed = The password is changed. Other sessions have ended.
account-sessions = Sessions
account-session-where = Where
account-session-since = Since
account-session-seen = Last seen
account-session-current = this one
account-session-device = { $browser } on { $system }
account-session-other = another program
account-log-out-everywhere = Log out everywhere
account-logged-out = All sessions have ended.
account-data = Your data
account-data-text = Everything that is kept about you, with all of your texts, as one JSON file.
account-data-download = Download your data
account-delete = Delete the account
account-delete-text = Your posts are taken down; where they stood, readers see that they are gone. Your name, your address and every word you wrote are erased from this server. This cannot be undone.
account-delete-open = Delete my account
account-delete-password = Your password
account-delete-button = Delete the account for ever
account-deleted = Your account is deleted.
account-sole-owner = { $site } would have no owner. Make somebody else an owner first.
