// Package wire holds what travels over HTTP: the requests and answers of version 1, with their conversions from
// and to the domain; problem documents; the one table from error kind to status; and the OpenAPI document.
//
// The types are separate from the domain's on purpose: a change inside does not change what others script
// against. Field names, codes and times (RFC 3339, UTC) are English and stable.
package wire
