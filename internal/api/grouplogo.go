package api

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"net/http"
	"sync"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
)

// groupLogoSizes are the edges of a group's pictures, in pixels.
var groupLogoSizes = map[string]int{"medium": 64, "large": 128}

// groupLogo answers with the picture that all groups have. It tells nothing, so
// everybody may fetch it: a browser does, without a token.
func (a *API) groupLogo(w http.ResponseWriter, r *http.Request, _ authz.Actor) error {
	size := param(r, "size")
	edge, ok := groupLogoSizes[size]
	if !ok {
		return bailiwick.NotFound("Logo", bailiwick.ID(size))
	}
	picture, err := drawGroup(edge)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "image/png")
	w.Header().Set("Cache-Control", "public, max-age=86400")
	_, err = w.Write(picture)
	return err
}

var drawn sync.Map // edge → PNG

// drawGroup draws three heads with shoulders, as PNG.
func drawGroup(edge int) ([]byte, error) {
	if have, ok := drawn.Load(edge); ok {
		return have.([]byte), nil
	}
	ink, pale := color.NRGBA{0x33, 0x55, 0x88, 0xff}, color.NRGBA{0x8f, 0xa7, 0xc7, 0xff}
	img := image.NewNRGBA(image.Rect(0, 0, edge, edge))
	e := float64(edge)
	figure := func(x, y, head float64, c color.NRGBA) {
		disc(img, x*e, y*e, head*e, head*e, edge, c)
		disc(img, x*e, (y+2.7*head)*e, 1.7*head*e, 1.5*head*e, int((y+2.7*head)*e), c)
	}
	figure(0.24, 0.36, 0.11, pale)
	figure(0.76, 0.36, 0.11, pale)
	figure(0.5, 0.40, 0.15, ink)
	var out bytes.Buffer
	if err := png.Encode(&out, img); err != nil {
		return nil, err
	}
	drawn.Store(edge, out.Bytes())
	return out.Bytes(), nil
}

// disc fills an ellipse round (x, y) down to the line bottom.
func disc(img *image.NRGBA, x, y, rx, ry float64, bottom int, c color.NRGBA) {
	for py := range min(bottom, img.Rect.Dy()) {
		for px := range img.Rect.Dx() {
			dx, dy := (float64(px)+0.5-x)/rx, (float64(py)+0.5-y)/ry
			if dx*dx+dy*dy <= 1 {
				img.SetNRGBA(px, py, c)
			}
		}
	}
}
