package api

import (
	"bytes"
	"hash/fnv"
	"image"
	"image/color"
	"image/png"
	"net/http"
	"strconv"
	"strings"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/filter"
)

// An app's picture is its initials on a colour. Both stand in the address, so
// that the picture can be fetched by everybody, as browsers do, is the same for
// ever, and tells nothing of which apps there are.

// appLogo is the address of the picture that stands for an app.
func (a *API) appLogo(r *http.Request, label, size string) string {
	return a.web.URL(r, "/api/v1/logos/apps/"+initials(label)+"-"+strconv.Itoa(hue(label))+"/"+size+".png")
}

func (a *API) appLogos(r *http.Request, label string) []href {
	return []href{{Name: "medium", Href: a.appLogo(r, label, "medium"), Type: "image/png"}}
}

// noInitials stands for a label without a letter that can be drawn.
const noInitials = "_"

// initials are the first letters of the first two words that have one.
func initials(label string) string {
	var out string
	for _, word := range strings.Fields(strings.ToUpper(filter.FoldAccents(label))) {
		if c := word[0]; len(out) < 2 && int(c) < len(glyphs) && glyphs[c] != [7]byte{} {
			out += string(c)
		}
	}
	if out == "" {
		return noInitials
	}
	return out
}

// palette are colours on which white can be read.
var palette = []color.NRGBA{{0x1f, 0x5a, 0x8c, 0xff}, {0x7a, 0x3e, 0x8a, 0xff}, {0x1d, 0x6f, 0x5c, 0xff}, {0x9a, 0x4a, 0x1c, 0xff},
	{0x8c, 0x2f, 0x4b, 0xff}, {0x4b, 0x5a, 0x1f, 0xff}, {0x3d, 0x4c, 0x9e, 0xff}, {0x5c, 0x4a, 0x3a, 0xff}}

func hue(label string) int {
	sum := fnv.New32a()
	sum.Write([]byte(label))
	return int(sum.Sum32() % uint32(len(palette)))
}

// logoSizes are the edges of pictures, in pixels.
var logoSizes = map[string]int{"medium": 64, "large": 128}

// drawnLogo answers with the picture that its address describes.
func (a *API) drawnLogo(w http.ResponseWriter, r *http.Request, _ authz.Actor) error {
	mark, size := param(r, "mark"), param(r, "size")
	letters, number, _ := strings.Cut(mark, "-")
	n, err := strconv.Atoi(number)
	edge, ok := logoSizes[size]
	if err != nil || !ok || n < 0 || n >= len(palette) || letters == "" || len(letters) > 2 || letters != noInitials && initials(spaced(letters)) != letters {
		return bailiwick.NotFound("Logo", bailiwick.ID(mark))
	}
	var picture bytes.Buffer
	if err := png.Encode(&picture, drawLogo(letters, palette[n], edge)); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "image/png")
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	w.Header().Del("Pragma")
	w.Header().Del("Expires")
	_, err = w.Write(picture.Bytes())
	return err
}

// spaced makes a word of each letter.
func spaced(letters string) string { return strings.Join(strings.Split(letters, ""), " ") }

func drawLogo(letters string, ground color.NRGBA, edge int) image.Image {
	img := image.NewNRGBA(image.Rect(0, 0, edge, edge))
	e, round := float64(edge), float64(edge)/8
	for y := range edge {
		for x := range edge {
			dx := max(round-float64(x)-0.5, float64(x)+0.5-e+round, 0)
			dy := max(round-float64(y)-0.5, float64(y)+0.5-e+round, 0)
			if dx*dx+dy*dy <= round*round {
				img.SetNRGBA(x, y, ground)
			}
		}
	}
	white := color.NRGBA{0xff, 0xff, 0xff, 0xff}
	if letters == noInitials {
		disc(img, e/2, e/2, e/5, e/5, edge, white)
		return img
	}
	dot := edge / 16
	left, top := (edge-(len(letters)*6-1)*dot)/2, (edge-7*dot)/2
	for i := range len(letters) {
		for y, row := range glyphs[letters[i]] {
			for x := range 5 {
				if row>>(4-x)&1 == 1 {
					fillSquare(img, left+(i*6+x)*dot, top+y*dot, dot, white)
				}
			}
		}
	}
	return img
}

func fillSquare(img *image.NRGBA, x, y, edge int, c color.NRGBA) {
	for dy := range edge {
		for dx := range edge {
			img.SetNRGBA(x+dx, y+dy, c)
		}
	}
}

// glyphs are letters and digits of five dots by seven, a byte for each row.
var glyphs = [128][7]byte{
	'0': {14, 17, 19, 21, 25, 17, 14}, '1': {4, 12, 4, 4, 4, 4, 14}, '2': {14, 17, 1, 2, 4, 8, 31}, '3': {31, 2, 4, 2, 1, 17, 14},
	'4': {2, 6, 10, 18, 31, 2, 2}, '5': {31, 16, 30, 1, 1, 17, 14}, '6': {6, 8, 16, 30, 17, 17, 14}, '7': {31, 1, 2, 4, 8, 8, 8},
	'8': {14, 17, 17, 14, 17, 17, 14}, '9': {14, 17, 17, 15, 1, 2, 12},
	'A': {14, 17, 17, 31, 17, 17, 17}, 'B': {30, 17, 17, 30, 17, 17, 30}, 'C': {14, 17, 16, 16, 16, 17, 14}, 'D': {28, 18, 17, 17, 17, 18, 28},
	'E': {31, 16, 16, 30, 16, 16, 31}, 'F': {31, 16, 16, 30, 16, 16, 16}, 'G': {14, 17, 16, 23, 17, 17, 15}, 'H': {17, 17, 17, 31, 17, 17, 17},
	'I': {14, 4, 4, 4, 4, 4, 14}, 'J': {7, 2, 2, 2, 2, 18, 12}, 'K': {17, 18, 20, 24, 20, 18, 17}, 'L': {16, 16, 16, 16, 16, 16, 31},
	'M': {17, 27, 21, 21, 17, 17, 17}, 'N': {17, 17, 25, 21, 19, 17, 17}, 'O': {14, 17, 17, 17, 17, 17, 14}, 'P': {30, 17, 17, 30, 16, 16, 16},
	'Q': {14, 17, 17, 17, 21, 18, 13}, 'R': {30, 17, 17, 30, 20, 18, 17}, 'S': {15, 16, 16, 14, 1, 1, 30}, 'T': {31, 4, 4, 4, 4, 4, 4},
	'U': {17, 17, 17, 17, 17, 17, 14}, 'V': {17, 17, 17, 17, 17, 10, 4}, 'W': {17, 17, 17, 21, 21, 21, 10}, 'X': {17, 17, 10, 4, 10, 17, 17},
	'Y': {17, 17, 17, 10, 4, 4, 4}, 'Z': {31, 1, 2, 4, 8, 16, 31},
}
