// Package guard stands in front of every route. It makes the Fiber application, and is the only way to register a
// route with it; a route answers only those whom its Policy names, and the zero Policy names nobody.
//
// For each request it sets the security headers, refuses bodies that are too large or of unknown length, knows who
// asks (a bearer token, or the session cookie), refuses roles that the route does not name, and refuses unsafe
// requests of a browser that do not come from our own pages. Errors become problem documents, or pages where a
// browser asks for one. What cannot be read of a request's body in time is never taken for the next request.
package guard
