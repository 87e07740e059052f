package ui

import (
	"fmt"
	"html/template"
)

// glyphs are drawn on a 24 by 24 grid with a stroke of 1.75; colour and size
// come from the stylesheet.
var glyphs = map[string]template.HTML{
	"again":    `<path d="M20 11.5a8 8 0 10-2 5.8M20 5.5v6h-6"/>`,
	"back":     `<path d="M14 7l-5 5 5 5"/>`,
	"badge":    `<rect x="4" y="6" width="16" height="14" rx="2"/><path d="M10 3.5h4V8h-4zM8.5 16.5c.5-1.5 1.8-2.2 3.5-2.2s3 .7 3.5 2.2"/><circle cx="12" cy="12" r="1.5"/>`,
	"both":     `<path d="M8 9.5L12 5.5l4 4M8 14.5l4 4 4-4"/>`,
	"check":    `<path d="M5 12.5l4.5 4.5L19 7.5"/>`,
	"close":    `<path d="M6 6l12 12M18 6L6 18"/>`,
	"copy":     `<rect x="9" y="9" width="11" height="11" rx="2"/><path d="M5.5 15H5a1 1 0 01-1-1V5a1 1 0 011-1h9a1 1 0 011 1v.5"/>`,
	"delete":   `<path d="M4 6.5h16M9 6.5V4h6v2.5M6.5 6.5l1 13.5h9l1-13.5M10 10.5v6M14 10.5v6"/>`,
	"down":     `<path d="M7 10l5 5 5-5"/>`,
	"edit":     `<path d="M4 20l1-4.5L16.5 4l3.5 3.5L8.5 19z"/>`,
	"groups":   `<circle cx="12" cy="7" r="3"/><circle cx="5.5" cy="16.5" r="2.5"/><circle cx="18.5" cy="16.5" r="2.5"/><path d="M10.5 9.7l-3.5 4.7M13.5 9.7l3.5 4.7M8 16.5h8"/>`,
	"info":     `<circle cx="12" cy="12" r="8.5"/><path d="M12 11v5M12 8v.1"/>`,
	"key":      `<circle cx="8" cy="15.5" r="4"/><path d="M11 12.5L20 3.5M16.5 7l3 3M13.8 9.7l2 2"/>`,
	"list":     `<path d="M8.5 6H20M8.5 12H20M8.5 18H20M4.5 6v.1M4.5 12v.1M4.5 18v.1"/>`,
	"lock":     `<rect x="5" y="10.5" width="14" height="10" rx="2"/><path d="M8 10.5V7.5a4 4 0 018 0v3"/>`,
	"mail":     `<rect x="3" y="5" width="18" height="14" rx="2"/><path d="M3.5 7l8.5 6 8.5-6"/>`,
	"menu":     `<path d="M4 7h16M4 12h16M4 17h16"/>`,
	"moon":     `<path d="M20 14.5A8.5 8.5 0 019.5 4 8.5 8.5 0 1020 14.5z"/>`,
	"pause":    `<path d="M9 5v14M15 5v14"/>`,
	"person":   `<circle cx="12" cy="8" r="4"/><path d="M4.5 20.5c.8-4 3.6-6 7.5-6s6.7 2 7.5 6"/>`,
	"phone":    `<path d="M6.5 3.5h3l1.5 4-2 1.5c1 2.5 3 4.5 5.5 5.5l1.5-2 4 1.5v3c0 1.4-1 2.5-2.5 2.5C10 19.5 4.5 14 4 6c0-1.5 1-2.5 2.5-2.5z"/>`,
	"place":    `<path d="M12 21c4-4.5 6.5-7.8 6.5-11a6.5 6.5 0 00-13 0c0 3.2 2.5 6.5 6.5 11z"/><circle cx="12" cy="10" r="2.3"/>`,
	"plus":     `<path d="M12 5v14M5 12h14"/>`,
	"reach":    `<circle cx="12" cy="12" r="8.5" stroke-dasharray="3.2 2.6"/><circle cx="12" cy="12" r="3"/>`,
	"ring":     `<circle cx="12" cy="12" r="4.5"/>`,
	"roles":    `<circle cx="9" cy="7" r="2.5"/><circle cx="15" cy="17" r="2.5"/><path d="M3 7h3.5M11.5 7H21M3 17h9.5M17.5 17H21"/>`,
	"search":   `<circle cx="11" cy="11" r="6.5"/><path d="M16 16l4.5 4.5"/>`,
	"send":     `<path d="M20.5 3.5L10 14M20.5 3.5L14 20.5l-4-6.5-6.5-4z"/>`,
	"shield":   `<path d="M12 3l7.5 2.8v5.7c0 4.6-3 7.9-7.5 9.5-4.5-1.6-7.5-4.9-7.5-9.5V5.8z"/>`,
	"sign-out": `<path d="M10 4H6a2 2 0 00-2 2v12a2 2 0 002 2h4M15 8l4.5 4-4.5 4M19 12H9.5"/>`,
	"sun":      `<circle cx="12" cy="12" r="4"/><path d="M12 3v1.5M12 19.5V21M3 12h1.5M19.5 12H21M5.6 5.6l1.1 1.1M17.3 17.3l1.1 1.1M5.6 18.4l1.1-1.1M17.3 6.7l1.1-1.1"/>`,
	"system":   `<circle cx="12" cy="12" r="8.5"/><path d="M12 3.5v17M15 7v10M18 9v6"/>`,
	"unlock":   `<rect x="5" y="10.5" width="14" height="10" rx="2"/><path d="M8 10.5V7.5a4 4 0 017.7-1.5"/>`,
	"users":    `<circle cx="9" cy="8" r="3.5"/><path d="M2.5 20c.6-3.7 3.1-5.5 6.5-5.5s5.9 1.8 6.5 5.5"/><path d="M16 4.8a3.5 3.5 0 010 6.4M18.5 15c1.7.8 2.7 2.5 3 5"/>`,
	"warning":  `<path d="M12 4L2.8 19.5h18.4z"/><path d="M12 10v4.5M12 17.2v.1"/>`,
}

// icon returns the drawing of that name. It is the only place in the product
// that marks text as HTML, and it does so for constants of this file alone.
func icon(name string) (template.HTML, error) {
	glyph, ok := glyphs[name]
	if !ok {
		return "", fmt.Errorf("no icon %q", name)
	}
	return `<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">` + glyph + `</svg>`, nil
}
