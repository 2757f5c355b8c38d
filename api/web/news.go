package web

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"vigie/api/guard"
	"vigie/triage"
)

const (
	newsEvery     = 10 // seconds between two looks at what is new on a page of the queue
	filteredEvery = 60 // the same under a filter, which looks through thousands of groups
)

// watch has the page ask what is new on it.
func (b *queueBody) watch(f triage.QueueFilter, after triage.QueuePlace) {
	shown := make([]string, len(b.Rows))
	for i := range b.Rows {
		shown[i] = b.Rows[i].Short
	}
	b.ask(f, after, shown, 0)
}

func (b *queueBody) ask(f triage.QueueFilter, after triage.QueuePlace, shown []string, said int) {
	if b.Every = newsEvery; f.Narrows() {
		b.Every = filteredEvery
	}
	also := url.Values{"after": {after.String()}, "shown": {strings.Join(shown, ".")}, "said": {strconv.Itoa(said)}}
	b.News = "/queue/news" + strings.TrimPrefix(b.Filter.address(also), "/queue")
}

// newsBody is what changed on a page of the queue while it was looked at.
type newsBody struct {
	queueBody        // the rows that are shown and still there
	New       int    // groups that the page would show, and does not
	Announce  bool   // that is another number than was said
	Show      string // address of the page with them
}

// news tells a page of the queue whose groups are claimed by now, and how many others it would show. It moves nothing that is being read.
func (p *Pages) news(c *fiber.Ctx) error {
	form := readQueueForm(func(name string) string { return c.Query(name) })
	f, err := form.parse()
	if err != nil {
		return err
	}
	after, err := triage.ParseQueuePlace(c.Query("after"))
	if err != nil {
		return err
	}
	found, err := p.Review.Browse(guard.Context(c), guard.Session(c).Actor, f, after, queueShown)
	if err != nil {
		return err
	}
	shown := strings.Split(c.Query("shown"), ".")
	body := newsBody{queueBody: queueBody{Filter: form}}
	for _, row := range p.queueRows(c, found.Groups) {
		if slices.Contains(shown, row.Short) {
			body.Rows = append(body.Rows, row)
		} else {
			body.New++
		}
	}
	body.Show = form.address(url.Values{})
	if after.Group != "" {
		body.Show = form.address(url.Values{"after": {after.String()}})
	}
	body.Announce = body.New != c.QueryInt("said")
	body.ask(f, after, shown, body.New)
	return p.render(c, "queue", "news", body)
}
