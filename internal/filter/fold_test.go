package filter

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"
)

func TestFoldJoinsCaseAndCompositionOnly(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, in, want string }{
		{"ASCII", "Ana.Lima@Example.COM", "ana.lima@example.com"},
		{"accents stay", "JOSÉ", "josé"},
		{"composed and decomposed are one", "JOSE\u0301", "josé"},
		{"sharp s", "STRAßE", "strasse"},
		{"capital sharp s", "STRAẞE", "strasse"},
		{"final sigma", "ΟΔΥΣΣΕΥΣ ς", "οδυσσευσ σ"},
		{"Kelvin sign", "\u212Aelvin", "kelvin"},
		{"Angstrom sign", "\u212Bngström", "ångström"},
		{"Turkish dotted I keeps its dot", "İ", "i\u0307"},
		{"Turkish dotless i is its own letter", "ı", "ı"},
		{"ligature", "ﬁn", "fin"},
		{"full width keeps its width", "Ａ", "ａ"},
		{"Cherokee folds upward", "\uAB70", "\u13A0"},
		{"invalid bytes", "a\xffb", "a\uFFFDb"},
		{"blanks and controls are not its business", " A\x01 ", " a\x01 "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := Fold(tt.in); got != tt.want {
				t.Errorf("got %+q, want %+q", got, tt.want)
			}
		})
	}
}

func TestFoldAccentsGivesWhatPeopleType(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, in, want string }{
		{"ASCII", "Ana Lima", "ana lima"},
		{"Spanish", "José Núñez", "jose nunez"},
		{"Polish", "Łukasz Wójcik", "lukasz wojcik"},
		{"Danish", "Søren Æbleøje", "soren aebleoje"},
		{"Icelandic", "Þórður Guðmundsson", "thordur gudmundsson"},
		{"French", "Cœur d’Été", "coeur d'ete"},
		{"German", "Groß, Müller", "gross, muller"},
		{"Turkish", "IŞIK Işık İnci", "isik isik inci"},
		{"Vietnamese", "Nguyễn Thị Đào", "nguyen thi dao"},
		{"Croatian", "Đorđević", "dordevic"},
		{"Maltese and Sami", "Ħal Ŧŋ", "hal tn"},
		{"Azerbaijani", "Əliyev", "eliyev"},
		{"Greek", "Ελένη", "ελενη"},
		{"Russian", "Фёдор Чайка", "федор чаика"},
		{"Arabic vowel signs", "مُحَمَّد", "محمد"},
		{"Hebrew points", "שָׁלוֹם", "שלום"},
		{"Thai vowels stay", "กิตติ", "กิตติ"},
		{"Hindi vowels stay", "कुमार", "कुमार"},
		{"kana stay voiced", "ガ が", "ガ が"},
		{"Korean stays composed", "김민준", "김민준"},
		{"full width and ligatures", "ＡＢ ﬁ", "ab fi"},
		{"hyphens", "Anne‑Marie", "anne-marie"},
		{"separators of keys are dropped", "a\x00b\x01c", "abc"},
		{"separators beside accents are dropped", "é\x00b\x01c", "ebc"},
		{"other controls stay", "a\x02é", "a\x02e"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := FoldAccents(tt.in); got != tt.want {
				t.Errorf("got %+q, want %+q", got, tt.want)
			}
		})
	}
}

// checkFolds states what must hold of both functions for any text.
func checkFolds(t interface{ Fatalf(string, ...any) }, s string) {
	for name, fold := range map[string]func(string) string{"Fold": Fold, "FoldAccents": FoldAccents} {
		once := fold(s)
		if twice := fold(once); twice != once {
			t.Fatalf("%s(%+q): once %+q, twice %+q", name, s, once, twice)
		}
		if nfd := fold(norm.NFD.String(s)); utf8.ValidString(s) && nfd != once {
			t.Fatalf("%s(%+q): got %+q, decomposed %+q", name, s, once, nfd)
		}
		if !utf8.ValidString(once) || !norm.NFC.IsNormalString(once) {
			t.Fatalf("%s(%+q): got %+q, want valid UTF-8 in NFC", name, s, once)
		}
	}
	if key := FoldAccents(s); strings.ContainsAny(key, "\x00\x01") {
		t.Fatalf("FoldAccents(%+q): got %+q, want no character up to U+0001", s, key)
	}
}

// The planes from here to the tags of plane 14 hold no characters.
const emptyPlanes, planeOfTags, endOfTags = 0x40000, 0xE0000, 0xE0200

func TestFoldingAgainChangesNothingForEveryCodePoint(t *testing.T) {
	t.Parallel()
	for r := rune(0); r < endOfTags; r++ {
		if r == emptyPlanes {
			r = planeOfTags
		}
		// Between letters, since marks and case depend on neighbours.
		checkFolds(t, "a"+string(r)+"\u0301Ω")
	}
}

func TestFoldingAgainChangesNothingForAnyText(t *testing.T) {
	t.Parallel()
	marks := rapid.SampledFrom([]rune("aAsSßẞİıΣςŉǰΐᾳᾼ\u0345\u0301\u0307\u0323\u1FBE\u0399각각\u0F73ﬃ"))
	rapid.Check(t, func(t *rapid.T) {
		checkFolds(t, rapid.String().Draw(t, "text"))
		checkFolds(t, string(rapid.SliceOfN(marks, 0, 12).Draw(t, "marks")))
		checkFolds(t, string(rapid.SliceOf(rapid.Byte()).Draw(t, "bytes")))
	})
	// Normalization breaks up longer runs of marks than 30.
	for _, mark := range []string{"\u0301", "\u0345", "\u05B0", "\u3099", "\u0E38"} {
		for _, n := range []int{29, 30, 31, 32, 61, 200} {
			checkFolds(t, "a"+strings.Repeat(mark, n)+"Ω")
		}
	}
}

func TestFoldSeesUpperAndLowerCaseAsOne(t *testing.T) {
	t.Parallel()
	for r := rune(0); r < emptyPlanes; r++ {
		// Turkish i alone has a lower case that is another letter in every other language.
		if lower := unicode.ToLower(r); lower != r && r != 'İ' && Fold(string(r)) != Fold(string(lower)) {
			t.Errorf("%c and %c: got %+q and %+q, want them equal", r, lower, Fold(string(r)), Fold(string(lower)))
		}
	}
}

func BenchmarkFoldAccents(b *testing.B) {
	for _, name := range []string{"Ana Lima", "Łukasz Wójcik"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				FoldAccents(name)
			}
		})
	}
}
