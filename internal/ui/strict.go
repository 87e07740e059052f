package ui

import "regexp"

// inlineCode finds what "style-src 'self'; script-src 'self'" refuses to run:
// style attributes and elements, event handler attributes (htmx's too, which
// need eval), script elements with a body, and javascript: addresses.
var inlineCode = regexp.MustCompile(`(?i)\sstyle\s*=|<style|\son[a-z]+\s*=|hx-on|hx-vars|<script(?:\s+defer)?\s*>|javascript:`)
