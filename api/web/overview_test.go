package web

import (
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"vigie/api/i18n"
	"vigie/triage"
)

// TestTheOverviewKeepsUp: its numbers follow what is done elsewhere, while the table that somebody reads stays open.
func TestTheOverviewKeepsUp(t *testing.T) {
	h := newHouse(t)
	h.work(t)
	h.settle(t, h.submit(t, "SCELLE-1", drawing(t, 5), drawing(t, 6)))
	b := newBrowser(t)
	b.signIn(t, h, triage.Reviewer)
	b.do(t, chromedp.Navigate(h.base+"/overview"))
	const groups = `[...document.querySelectorAll(".figures li")].find(li => li.innerText.includes("Groupes dans la file")).querySelector("b").innerText`
	b.wait(t, groups+` === "2"`)
	b.says(t, "Aucun : tout ce qui est déposé a son résultat.")
	b.do(t, chromedp.Evaluate[chromedp.Void](`document.querySelector("figure[aria-labelledby=plot-findings] summary").click(); 0`))
	const table = `document.querySelector("#numbers-findings tbody").innerText`
	b.wait(t, table+`.includes("Connu")`)

	h.settle(t, h.submit(t, "SCELLE-2", drawing(t, 8), drawing(t, 9), drawing(t, 10)))
	b.do(t, chromedp.Evaluate[chromedp.Void](`document.dispatchEvent(new Event("visibilitychange")); 0`))
	b.wait(t, groups+` === "5"`)
	if !run(t, b, chromedp.Evaluate[bool](`document.querySelector("figure[aria-labelledby=plot-findings] details").open`)) {
		t.Error("the table was closed")
	}
	if sum := run(t, b, chromedp.Evaluate[int](`[...document.querySelectorAll("#numbers-findings td")].reduce((n, td) => n + Number(td.innerText), 0)`)); sum != 5 {
		t.Errorf("the table adds up to %d media, not 5", sum)
	}
	if drawn := run(t, b, chromedp.Evaluate[bool](`document.querySelector("#drawing-findings").getAttribute("aria-label").startsWith("5 ")`)); !drawn {
		t.Error("the drawing is the old one")
	}
	b.checkPage(t, axe(t), "overview-live")
	if c := b.complained(); len(c) > 0 {
		t.Errorf("the browser complains: %v", c)
	}
}

// TestTheOverviewByRole: examiners are told of their own exhibits, units nothing.
func TestTheOverviewByRole(t *testing.T) {
	h := newHouse(t)
	for role, want := range map[triage.Role]int{triage.Examiner: 200, triage.Reviewer: 200, triage.Supervisor: 200, triage.Admin: 200, triage.Unit: http.StatusForbidden} {
		r := h.visit(t, role).get(t, "/overview")
		r.wants(t, string(role), want)
		if queue := strings.Contains(r.body, "Groupes dans la file"); queue != (want == 200 && role != triage.Examiner) {
			t.Errorf("%s is told of the queue: %t", role, queue)
		}
	}
}

// TestPlots: bars are as long as their numbers, none leaves the drawing, and the table has them all.
func TestPlots(t *testing.T) {
	across := acrossPlot(i18n.FR, plot{}, []string{"a", "b", "c"}, []int{0, 1, 1000})
	if n := len(across.Rows); n != 3 || across.Bars[0].Width != 0 || across.Bars[1].Width < 1 || across.Bars[2].Width != acrossRight-acrossLeft {
		t.Errorf("%+v", across.Bars)
	}
	labels := strings.Split("abcdefghijklmnopqrstuvwxyz", "")
	values := make([]int, len(labels))
	values[3], values[25] = 7, 1
	p := columnsPlot(i18n.EN, plot{}, labels, plotSeries{"one", "x", values}, plotSeries{"two", "y", values})
	for _, bar := range p.Bars {
		if bar.X < columnsLeft || bar.X+bar.Width > plotWidth || bar.Y < columnsTop || bar.Y+bar.Height > columnsFloor {
			t.Errorf("%+v is outside", bar)
		}
	}
	if first, second := p.Bars[6], p.Bars[7]; first.Y != second.Y+second.Height || first.Height != (columnsFloor-columnsTop)/2 {
		t.Errorf("%+v does not stand on %+v", second, first)
	}
	if len(p.Labels) > mostLabels+2 || len(p.Rows) != len(labels) || strings.Join(p.Rows[3], " ") != "d 7 7" || len(p.Legend) != 2 {
		t.Errorf("%d labels, %v, %v", len(p.Labels), p.Rows[3], p.Legend)
	}
	if none := columnsPlot(i18n.FR, plot{}, nil); len(none.Bars) != 0 {
		t.Errorf("of nothing: %+v", none.Bars)
	}
}
