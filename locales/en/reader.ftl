## The front page and the posts
empty-site = Nothing is published yet
empty-site-text = The first posts will stand here.
atom-feed = Atom feed
published-with = Published with Gatepost
updated = updated { $when }
all-posts = All posts

## A post that is gone
withdrawn = Withdrawn
withdrawn-heading = This post was withdrawn
withdrawn-text = It stood here until { $when }. Its author took it down.
all-posts-of = All posts of { $site }

## The list of sites
no-sites = No site yet
post-count = { $count ->
    [one] 1 post
   *[other] { $count } posts
    }

## Signing up
write-for = Write for { $site }
have-account = You have an account?
join-text = You have an account. With it you can be an author here too.
join-button = Become an author
sign-up-closed = Sign-up is closed
sign-up-closed-text = { $site } takes new authors by invitation only.
sign-up-welcome = Welcome. You can write now.
sign-up-check-mail = Look into your mail: a link there shows that the address is yours.
