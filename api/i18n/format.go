package i18n

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

const (
	noBreak     = "\u00a0" // between a number and its unit
	thinNoBreak = "\u202f" // groups digits in French
)

// Number writes a whole number with its digits in groups of three: 1 234 or 1,234.
func Number[T ~int | ~int64 | ~uint64](l Lang, n T) string {
	digits, sign := strconv.FormatInt(int64(n), 10), ""
	if n < 0 {
		digits, sign = digits[1:], "−"
	}
	return sign + group(l, digits)
}

func group(l Lang, digits string) string {
	separator := thinNoBreak
	if l == EN {
		separator = ","
	}
	var b strings.Builder
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteString(separator)
		}
		b.WriteRune(d)
	}
	return b.String()
}

// Decimal writes a number with exactly so many digits after the mark: 1 234,5 or 1,234.5.
func Decimal(l Lang, x float64, digits int) string {
	s, sign := strconv.FormatFloat(x, 'f', digits, 64), ""
	if rest, negative := strings.CutPrefix(s, "-"); negative {
		s, sign = rest, "−"
	}
	whole, fraction, has := strings.Cut(s, ".")
	whole = sign + group(l, whole)
	switch {
	case !has:
		return whole
	case l == EN:
		return whole + "." + fraction
	}
	return whole + "," + fraction
}

// Percent writes part of whole, rounded down so that 100 % means all: 42 % or 42%. Of nothing it is 100.
func Percent(l Lang, part, whole int) string {
	p := 100
	if whole > 0 {
		p = int(int64(part) * 100 / int64(whole))
	}
	if l == EN {
		return strconv.Itoa(p) + "%"
	}
	return strconv.Itoa(p) + noBreak + "%"
}

// Size writes a number of bytes in decimal units: 12,3 Mo or 12.3 MB.
func Size(l Lang, bytes int64) string {
	units := []string{"o", "ko", "Mo", "Go", "To", "Po"}
	if l == EN {
		units = []string{"bytes", "kB", "MB", "GB", "TB", "PB"}
		if bytes == 1 {
			units[0] = "byte"
		}
	}
	if bytes < 1000 {
		return Number(l, bytes) + noBreak + units[0]
	}
	x, unit := float64(bytes), 0
	for x >= 999.95 && unit < len(units)-1 { // 999.95 is where one decimal would show 1000.0
		x /= 1000
		unit++
	}
	return Decimal(l, x, 1) + noBreak + units[unit]
}

// Duration writes the two largest units of d, from seconds to days: 2 h 5 min. Below a second it writes tenths.
func Duration(l Lang, d time.Duration) string {
	if d < 0 {
		d = 0
	}
	if d < time.Second {
		return Decimal(l, d.Seconds(), 1) + noBreak + "s"
	}
	day := "j"
	if l == EN {
		day = "d"
	}
	units := []struct {
		name string
		span time.Duration
	}{{day, 24 * time.Hour}, {"h", time.Hour}, {"min", time.Minute}, {"s", time.Second}}
	d = d.Round(time.Second)
	var parts []string
	for i, u := range units {
		n := d / u.span
		if n > 0 {
			parts = append(parts, Number(l, int64(n))+noBreak+u.name)
			d -= n * u.span
			if i+1 < len(units) {
				if next := d / units[i+1].span; next > 0 {
					parts = append(parts, Number(l, int64(next))+noBreak+units[i+1].name)
				}
			}
			break
		}
	}
	return strings.Join(parts, " ")
}

// FilmTime writes a place in a film, as players do: 1:02:03.5.
func FilmTime(d time.Duration) string {
	tenths := d.Milliseconds() / 100
	return fmt.Sprintf("%d:%02d:%02d.%d", tenths/36_000, tenths/600%60, tenths/10%60, tenths%10)
}

// ParseFilmTime reads what FilmTime writes, and shorter: hours, minutes and seconds, or fewer of them, the seconds with decimals. No film is
// longer than a thousand hours.
func ParseFilmTime(text string) (time.Duration, bool) {
	parts := strings.Split(strings.TrimSpace(strings.Replace(text, ",", ".", 1)), ":")
	if len(parts) > 3 {
		return 0, false
	}
	var sum time.Duration
	for i, part := range parts {
		seconds := i == len(parts)-1
		n, err := strconv.ParseFloat(part, 64)
		if err != nil || !(n >= 0 && n <= 3_600_000) || !seconds && strings.ContainsAny(part, ".eExXpP+_") || len(parts) > 1 && i > 0 && n >= 60 {
			return 0, false
		}
		sum = sum*60 + time.Duration(n*float64(time.Second))
	}
	return sum, sum <= 1000*time.Hour
}

var monthsFR = [...]string{"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"}

// Date writes the day of t, in its own zone: 1er mars 2026 or 1 March 2026. The zero time is written "–".
func Date(l Lang, t time.Time) string {
	switch {
	case t.IsZero():
		return "–"
	case l == EN:
		return t.Format("2 January 2006")
	}
	day := strconv.Itoa(t.Day())
	if t.Day() == 1 {
		day = "1er"
	}
	return day + " " + monthsFR[t.Month()-1] + " " + strconv.Itoa(t.Year())
}

// DayOfMonth writes the day of t without its year, in its own zone: 23/11 or 23 Nov.
func DayOfMonth(l Lang, t time.Time) string {
	if l == EN {
		return t.Format("2 Jan")
	}
	return t.Format("02/01")
}

// Clock writes the time of day of t, in its own zone: 14 h 05 or 14:05.
func Clock(l Lang, t time.Time) string {
	if l == EN {
		return t.Format("15:04")
	}
	return t.Format("15") + noBreak + "h" + noBreak + t.Format("04")
}

// Moment writes the day and the time of day of t, in its own zone, without naming the zone.
func Moment(l Lang, t time.Time) string {
	switch {
	case t.IsZero():
		return "–"
	case l == EN:
		return Date(l, t) + ", " + Clock(l, t)
	}
	return Date(l, t) + " à " + Clock(l, t)
}

// Stamp writes the day and the time of day of t as short as a table wants them, in t's own zone: 01/03/2026 09:05 or
// 1 Mar 2026 09:05, without a break.
func Stamp(l Lang, t time.Time) string {
	switch {
	case t.IsZero():
		return "–"
	case l == EN:
		return strings.ReplaceAll(t.Format("2 Jan 2006 15:04"), " ", noBreak)
	}
	return strings.ReplaceAll(t.Format("02/01/2006 15:04"), " ", noBreak)
}
