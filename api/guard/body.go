package guard

import (
	"bytes"
	"io"
	"net"
	"time"

	"github.com/gofiber/fiber/v2"

	"vigie/triage"
)

const (
	// drainBytes and drainTime bound what is read of a body that nobody wants, so that its sender sees the answer
	// and the connection can be used again.
	drainBytes = 256 << 10
	drainTime  = 2 * time.Second
)

var errEncoded = fiber.NewError(fiber.StatusUnsupportedMediaType, "send the body as it is, without Content-Encoding")

var errTwoLengths = triage.E(triage.Invalid, "check body", "", "the length of the body is stated twice", nil)

var errLengthRequired = fiber.NewError(fiber.StatusLengthRequired, "state the length of the body (Content-Length)")

// checkBody refuses a body of unknown length or over the route's limit, before anything of it is read.
func checkBody(c *fiber.Ctx, p Policy) error {
	length := int64(c.Request().Header.ContentLength())
	switch {
	case len(c.Request().Header.ContentEncoding()) > 0:
		return errEncoded // Fiber would unpack it without a bound
	case length == -1: // chunked
		return errLengthRequired
	case length > p.maxBody():
		return triage.E(triage.TooLarge, "check body", "", "the body is larger than this route takes", nil)
	}
	return nil
}

// checkHead refuses a request whose end is not certain.
func checkHead(c *fiber.Ctx) error {
	if countLengths(c.Request().Header.RawHeaders()) < 2 {
		return nil
	}
	// Whoever stands in front of us may have believed the other length: nothing after this head can be trusted.
	c.Context().SetConnectionClose()
	linger(c.Context().Conn())
	return errTwoLengths
}

// countLengths counts the Content-Length lines of a head.
func countLengths(head []byte) int {
	n := 0
	for line := range bytes.Lines(head) {
		name, _, _ := bytes.Cut(line, []byte(":"))
		if bytes.EqualFold(bytes.TrimSpace(name), []byte(fiber.HeaderContentLength)) {
			n++
		}
	}
	return n
}

// Body returns the bytes of a request as they arrive, exactly as many as were announced: when the connection breaks
// or stands still it fails with Unavailable, never with io.EOF. It must not be used after the handler returned.
func Body(c *fiber.Ctx) io.Reader {
	stream := c.Context().RequestBodyStream()
	if stream == nil {
		return bytes.NewReader(c.BodyRaw())
	}
	return &body{stream: stream, conn: c.Context().Conn(), left: int64(c.Request().Header.ContentLength())}
}

// Size returns the length of a request's body in bytes. A request that states none is an error.
func Size(c *fiber.Ctx) (int64, error) {
	length := int64(c.Request().Header.ContentLength())
	if length < 0 {
		return 0, errLengthRequired
	}
	return length, nil
}

// body gives each read of a stream its own deadline, in place of one for the whole.
type body struct {
	stream io.Reader
	conn   net.Conn
	left   int64
}

func (b *body) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, io.EOF
	}
	if err := b.conn.SetReadDeadline(time.Now().Add(stallTimeout)); err != nil {
		return 0, err
	}
	n, err := b.stream.Read(p)
	b.left -= int64(n)
	switch {
	case b.left <= 0:
		return n, io.EOF
	case err == nil:
		return n, nil
	case err == io.EOF:
		err = io.ErrUnexpectedEOF
	}
	return n, triage.E(triage.Unavailable, "read body", "", "the bytes stopped coming: send them again", err)
}

// settle makes sure that what is left of a body is not taken for the next request: a little is read, and the
// connection closed when there is more.
func settle(c *fiber.Ctx) {
	stream := c.Context().RequestBodyStream()
	if stream == nil {
		return
	}
	conn, length := c.Context().Conn(), c.Request().Header.ContentLength()
	if length >= 0 && conn.SetReadDeadline(time.Now().Add(drainTime)) == nil {
		n, err := io.Copy(io.Discard, io.LimitReader(stream, drainBytes))
		if err == nil && n < drainBytes {
			return
		}
	}
	c.Context().SetConnectionClose()
	linger(conn)
}
