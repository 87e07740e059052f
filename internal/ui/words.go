package ui

import (
	"strconv"
	"strings"
	"time"
)

// Thousands writes a number with commas between thousands.
func Thousands(n int64) string {
	digits := strconv.FormatInt(n, 10)
	sign := ""
	if n < 0 {
		sign, digits = "−", digits[1:]
	}
	var out strings.Builder
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			out.WriteByte(',')
		}
		out.WriteRune(d)
	}
	return sign + out.String()
}

// Count writes "1 person", "212 people". For none, pages say a sentence of
// their own.
func Count(n int64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return Thousands(n) + " " + many
}

// percent is the part of a bar that is filled. A part that exists is never too
// thin to see.
func percent(part, whole int64) string {
	const visible = 2
	switch {
	case part <= 0 || whole <= 0:
		return "0%"
	case part >= whole:
		return "100%"
	}
	return strconv.FormatFloat(max(visible, 100*float64(part)/float64(whole)), 'f', 1, 64) + "%"
}

// A moment is a time as a page shows it.
type moment struct {
	Machine string // for the datetime attribute
	Whole   string // for the title
	Text    string
}

// momentOf writes a time the short way: today 15:52, this year 12 Nov, older
// 8 Jun 2025. Pages are written in UTC and say so; the script shows the
// reader's own zone. The zero time has no moment.
func momentOf(t, now time.Time) *moment {
	if t.IsZero() {
		return nil
	}
	t, now = t.UTC(), now.UTC()
	text := t.Format("2 Jan 2006")
	switch {
	case t.Year() == now.Year() && t.YearDay() == now.YearDay():
		text = t.Format("15:04")
	case t.Year() == now.Year():
		text = t.Format("2 Jan")
	}
	return &moment{
		Machine: t.Format(time.RFC3339),
		Whole:   t.Format("2 January 2006, 15:04 UTC"),
		Text:    text,
	}
}
