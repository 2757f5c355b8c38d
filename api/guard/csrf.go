package guard

import (
	"crypto/subtle"
	"io"
	"mime"
	"mime/multipart"

	"github.com/gofiber/fiber/v2"

	"vigie/triage"
)

const (
	// CSRFHeader is the header that may carry a session's CSRF token.
	CSRFHeader = "X-Csrf-Token"
	// CSRFField is the form field that may carry it. In a multipart form it must be the first one.
	CSRFField = "csrf"

	maxCSRF = 256 // bytes
)

var errCSRF = triage.E(triage.Forbidden, "check form", "", "this form is out of date: load the page again", nil)

// checkCSRF refuses an unsafe request of a session that does not know the session's CSRF token.
func checkCSRF(c *fiber.Ctx, s triage.Session) error {
	given := c.Get(CSRFHeader)
	if given == "" {
		var err error
		if given, err = fieldCSRF(c); err != nil {
			return err
		}
	}
	if s.CSRF == "" || subtle.ConstantTimeCompare([]byte(given), []byte(s.CSRF)) != 1 {
		return errCSRF
	}
	return nil
}

// fieldCSRF returns the token of a form. A multipart form is read no further than its first part, so that a file
// behind it can be streamed.
func fieldCSRF(c *fiber.Ctx) (string, error) {
	media, params, _ := mime.ParseMediaType(c.Get(fiber.HeaderContentType))
	switch media {
	case fiber.MIMEApplicationForm:
		return string(c.Context().PostArgs().Peek(CSRFField)), nil
	case fiber.MIMEMultipartForm:
		form := multipart.NewReader(Body(c), params["boundary"])
		part, err := form.NextPart()
		if err != nil || part.FormName() != CSRFField {
			return "", errCSRF
		}
		token, err := io.ReadAll(io.LimitReader(part, maxCSRF))
		if err != nil {
			return "", errCSRF
		}
		c.Locals(multipartKey, form)
		return string(token), nil
	}
	return "", nil
}

// Multipart returns the parts of a multipart form, those after the CSRF field where there is one. They are read as
// they arrive.
func Multipart(c *fiber.Ctx) (*multipart.Reader, error) {
	if form, ok := c.Locals(multipartKey).(*multipart.Reader); ok {
		return form, nil
	}
	media, params, err := mime.ParseMediaType(c.Get(fiber.HeaderContentType))
	if err != nil || media != fiber.MIMEMultipartForm {
		return nil, triage.E(triage.Invalid, "read form", "", "the form must be sent as multipart/form-data", err)
	}
	return multipart.NewReader(Body(c), params["boundary"]), nil
}
