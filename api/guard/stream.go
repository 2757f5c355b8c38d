package guard

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/gofiber/fiber/v2"
)

// streamBuffer is how much of an answer is gathered before it is sent, in bytes.
const streamBuffer = 32 << 10

// Stream answers with what write writes, as it is written, after the handler returned: write must not use the
// request. When write fails the connection is cut without the answer's last chunk, so that its reader knows that
// it is not whole. When the reader leaves, writing fails.
func Stream(c *fiber.Ctx, media string, write func(w *bufio.Writer) error) error {
	log, route := c.Locals(guardKey).(*Guard).o.Log, pattern(c)
	r, w := io.Pipe()
	go func() {
		err := writeAll(w, write)
		if err != nil && err != io.ErrClosedPipe {
			log.Warn("answer cut short", "route", route, "error", err)
		}
		w.CloseWithError(err) //nolint:errcheck // it never fails (io.Pipe)
	}()
	c.Set(fiber.HeaderContentType, media)
	c.Context().SetBodyStream(&stream{r, c.Context().Conn()}, -1)
	return nil
}

func writeAll(w io.Writer, write func(w *bufio.Writer) error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("panic: %T", v) // the value may hold what must not be logged
		}
	}()
	buffered := bufio.NewWriterSize(w, streamBuffer)
	if err := write(buffered); err != nil {
		return err
	}
	return buffered.Flush()
}

// stream gives each write of an answer its own deadline, in place of one for the whole.
type stream struct {
	*io.PipeReader
	conn net.Conn
}

func (s *stream) Read(p []byte) (int, error) {
	n, err := s.PipeReader.Read(p)
	if deadline := s.conn.SetWriteDeadline(time.Now().Add(stallTimeout)); err == nil {
		err = deadline
	}
	return n, err
}
