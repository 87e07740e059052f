package demo

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/bailiwick-iam/bailiwick"
)

var day = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

func TestTheSameSeedGivesTheSameOrganization(t *testing.T) {
	t.Parallel()
	one, two := Plan(3000, 7, day), Plan(3000, 7, day)
	if !reflect.DeepEqual(one, two) {
		t.Error("two plans of seed 7 differ")
	}
	other := Plan(3000, 8, day)
	same := 0
	for i := range one.People {
		if one.People[i].Login == other.People[i].Login {
			same++
		}
	}
	if same > 300 {
		t.Errorf("plans of seeds 7 and 8 share %d of 3000 logins", same)
	}
}

func TestEveryPersonIsOneThatTheDirectoryWouldAccept(t *testing.T) {
	t.Parallel()
	o := Plan(10_000, 1, day)
	if len(o.People) != 10_000 {
		t.Fatalf("got %d people, want 10000", len(o.People))
	}
	logins, emails, numbers := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for i := range o.People {
		p := &o.People[i]
		if err := o.Profile(i).Check(); err != nil {
			t.Fatalf("%s: %v", p.Login, err)
		}
		if logins[p.Login] || emails[p.Email] || p.EmployeeNumber != "" && numbers[p.EmployeeNumber] {
			t.Errorf("%s: login, address or employee number is there twice", p.Login)
		}
		logins[p.Login], emails[p.Email], numbers[p.EmployeeNumber] = true, true, true
		if strings.ContainsFunc(p.Login, func(r rune) bool { return r > unicode.MaxASCII }) || p.Login != strings.ToLower(p.Login) {
			t.Errorf("login %q is not lower-case ASCII", p.Login)
		}
		if !strings.HasSuffix(p.Email, ".example") {
			t.Errorf("address %s is not under .example", p.Email)
		}
		if name := p.FirstName + p.LastName; name != norm.NFC.String(name) {
			t.Errorf("%q is not in composed form", name)
		}
		if p.Manager >= i {
			t.Errorf("%s: manager %d comes after person %d", p.Login, p.Manager, i)
		}
		if p.Created.After(day) || p.StatusChanged.After(day) || p.StatusChanged.Before(p.Created) || p.LastLogin.After(day) {
			t.Errorf("%s: created %v, status changed %v, last login %v", p.Login, p.Created, p.StatusChanged, p.LastLogin)
		}
		if !slices.IsSorted(p.Groups) || len(slices.Compact(slices.Clone(p.Groups))) != len(p.Groups) {
			t.Errorf("%s: groups %v", p.Login, p.Groups)
		}
	}
}

func TestNamesComeFromManyCulturesAndScripts(t *testing.T) {
	t.Parallel()
	o := Plan(10_000, 1, day)
	scripts := map[string]int{}
	short, long, display := 0, 0, 0
	for _, p := range o.People {
		if p.DisplayName != "" {
			display++
		}
		for _, name := range []string{p.FirstName, p.LastName} {
			switch n := utf8.RuneCountInString(name); {
			case n == 1 && name[0] < utf8.RuneSelf:
				short++
			case n >= 40:
				long++
			}
		}
		for _, script := range []string{"Latin", "Cyrillic", "Greek", "Arabic", "Hebrew", "Devanagari", "Tamil", "Bengali",
			"Han", "Hiragana", "Hangul", "Thai", "Ethiopic", "Armenian", "Georgian"} {
			if strings.ContainsFunc(p.FirstName+p.LastName, func(r rune) bool { return unicode.Is(unicode.Scripts[script], r) }) {
				scripts[script]++
			}
		}
	}
	if len(scripts) != 15 {
		t.Errorf("got scripts %v, want 15 of them", scripts)
	}
	if got := len(pooled().all); got < 25 {
		t.Errorf("got %d naming traditions, want 25 or more", got)
	}
	if short == 0 || long == 0 || display == 0 {
		t.Errorf("got %d names of one letter, %d of 40 and more, %d with the family name first; want some of each", short, long, display)
	}
	if scripts["Latin"] < 8000 {
		t.Errorf("got %d people with Latin names, want most of 10000", scripts["Latin"])
	}
}

func TestPoolsAreDecentAndSpellable(t *testing.T) {
	t.Parallel()
	for _, p := range pooled().all {
		for kind, list := range map[string][]spelling{"women": p.women, "men": p.men, "his": p.familyHis, "hers": p.familyHers} {
			if len(list) < 12 {
				t.Errorf("%s, %s: %d names", p.name, kind, len(list))
			}
			for _, s := range list {
				if ascii(s.latin) == "" || strings.ContainsAny(s.native+s.latin, "=,") || s.native != strings.TrimSpace(s.native) {
					t.Errorf("%s, %s: %q in Latin letters %q makes no login", p.name, kind, s.native, s.latin)
				}
				if strings.ContainsFunc(s.latin, func(r rune) bool { return unicode.IsLetter(r) && !unicode.In(r, unicode.Latin, unicode.Lm) }) {
					t.Errorf("%s, %s: %q is not Latin", p.name, kind, s.latin)
				}
			}
		}
		if native := p.women[0].native != p.women[0].latin; native != (p.native > 0) {
			t.Errorf("%s: native script %v, share %v", p.name, native, p.native)
		}
	}
}

func TestLoginsAreSpelledInPlainLetters(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"Yıldırım": "yildirim", "Þórðardóttir": "thordardottir", "Nguyễn": "nguyen", "Fusituʻa": "fusitua",
		"Weiß": "weiss", "Łódź": "lodz", "van der Berg": "vanderberg", "Ọlátúnjí": "olatunji", "D'Angelo": "dangelo",
	} {
		if got := ascii(name); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}

func TestTheNairobiDeskReachesTwoPercent(t *testing.T) {
	t.Parallel()
	for people, want := range map[int]int{10_000: 212, 50_000: 1060, 1000: 21} {
		o := Plan(people, 1, day)
		i := slices.IndexFunc(o.Administrators, func(a Administrator) bool {
			return o.People[a.Person].Login == "amara.ol@halvard.example"
		})
		desk := o.Administrators[i]
		reach := 0
		for _, p := range o.People {
			if slices.ContainsFunc(p.Groups, func(g int) bool { return slices.Contains(desk.Groups, g) }) {
				reach++
			}
		}
		if reach < want-1 || reach > want+people/1000 && people != 10_000 || people == 10_000 && reach != want {
			t.Errorf("of %d: got %d people in reach, want %d", people, reach, want)
		}
	}
}

func TestTheOrganizationHasTheShapeOfARealOne(t *testing.T) {
	t.Parallel()
	o := Plan(10_000, 1, day)
	if n := len(o.Groups); n < 200 || n > 500 {
		t.Errorf("got %d groups, want a few hundred", n)
	}
	big, small, memberships := 0, 0, 0
	names := map[string]bool{}
	for _, g := range o.Groups {
		if err := (bailiwick.Group{Name: g.Name, Description: g.Description}).Check(); err != nil || names[g.Name] {
			t.Errorf("group %q: %v, or there twice", g.Name, err)
		}
		names[g.Name] = true
		if g.Members >= 1000 {
			big++
		}
		if g.Members < 100 {
			small++
		}
	}
	count := make([]int, len(o.Groups))
	statuses := map[bailiwick.Status]int{}
	for _, p := range o.People {
		memberships += len(p.Groups)
		statuses[p.Status]++
		for _, g := range p.Groups {
			count[g]++
		}
	}
	for i, g := range o.Groups {
		if g.Members != count[i] {
			t.Errorf("group %s: says %d members, has %d", g.Name, g.Members, count[i])
		}
	}
	if big < 3 || small < 150 {
		t.Errorf("got %d groups of 1000 and more and %d under 100, want a few and many", big, small)
	}
	if memberships < 20_000 || memberships > 40_000 {
		t.Errorf("got %d memberships, want 2 to 4 a person", memberships)
	}
	if len(statuses) != len(bailiwick.Statuses()) || statuses[bailiwick.Active] < 8000 {
		t.Errorf("got statuses %v, want all of them and most people active", statuses)
	}
	for _, r := range o.Realms {
		if r.Members == 0 {
			t.Errorf("realm %s is empty", r.Name)
		}
	}
	for _, a := range o.Apps {
		if err := (bailiwick.App{Name: a.Name, Label: a.Label}).Check(); err != nil {
			t.Errorf("app %s: %v", a.Label, err)
		}
	}
}

func TestPartnerPeopleKeepToTheDomainsOfTheirRealm(t *testing.T) {
	t.Parallel()
	o := Plan(10_000, 1, day)
	for _, p := range o.People {
		if p.Realm < 0 {
			continue
		}
		for _, address := range []string{p.Login, p.Email} {
			if _, domain, _ := strings.Cut(address, "@"); !slices.Contains(o.Realms[p.Realm].Domains, domain) {
				t.Errorf("%s is in the realm %s", address, o.Realms[p.Realm].Name)
			}
		}
	}
}

func TestThereIsAnAdministratorOfEveryRole(t *testing.T) {
	t.Parallel()
	o := Plan(10_000, 1, day)
	held := map[bailiwick.RoleType]int{}
	for _, a := range o.Administrators {
		held[a.Role]++
		if p := o.People[a.Person]; p.Status != bailiwick.Active {
			t.Errorf("%s is %s", p.Login, p.Status)
		}
		info, _ := bailiwick.Role(a.Role)
		for kind, n := range map[bailiwick.TargetKind]int{bailiwick.GroupTargets: len(a.Groups), bailiwick.AppTargets: len(a.Apps), bailiwick.RealmTargets: len(a.Realms)} {
			if n > 0 && info.Targets != kind {
				t.Errorf("%s has %s as targets", a.Role, kind)
			}
		}
	}
	for _, role := range bailiwick.Roles {
		if held[role.Type] == 0 {
			t.Errorf("nobody is %s", role.Type)
		}
	}
	if held[bailiwick.HelpDeskAdmin] < 4 {
		t.Errorf("got %d help desks, want several", held[bailiwick.HelpDeskAdmin])
	}
	if len(o.Accounts) != len(o.Administrators) { // the owner has two roles, the end user none
		t.Errorf("got %d accounts for %d roles", len(o.Accounts), len(o.Administrators))
	}
}

func TestAnySizeWorks(t *testing.T) {
	t.Parallel()
	for _, people := range []int{0, 10, 17, 25, 33, 100, 999, 30_001} {
		t.Run(fmt.Sprint(people), func(t *testing.T) {
			t.Parallel()
			o := Plan(people, 3, day)
			if want := max(people, len(o.Accounts)); len(o.People) != want {
				t.Errorf("got %d people, want %d", len(o.People), want)
			}
			for i := range o.People {
				if err := o.Profile(i).Check(); err != nil {
					t.Errorf("%s: %v", o.People[i].Login, err)
				}
			}
		})
	}
}

func BenchmarkPlan(b *testing.B) {
	for b.Loop() {
		Plan(100_000, 1, day)
	}
}
