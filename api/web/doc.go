// Package web is the pages: server-rendered, plain, in French and English, usable with a keyboard, a screen reader
// or without scripts. A little htmx keeps progress up to date and a small script hides what a reveal shows; nothing
// else runs in the browser.
//
// No page shows content: the only route with pixels is that of a live grant. Pages name cases, exhibits and people,
// and never a file, a path or a hash.
//
// What is where: templates/ holds the pages (layout.html around each of them), static/ what browsers load
// (tokens.css is the one place for colours and sizes; a service may lay a sheet of its own over it), texts.go every
// sentence, and one file a page the handlers.
package web
