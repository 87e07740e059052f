package demo

import (
	"context"
	"fmt"
	"slices"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/directory"
)

// Slug names the demo organization in addresses: /t/halvard.
const Slug = "halvard"

// Batches are large enough that the commits do not count, and small enough
// that progress is seen.
const (
	peopleBatch = 500
	groupsBatch = 200
)

// A SignIn is one row of the table that the demo prints.
type SignIn struct {
	Label    string             // "Help desk, Nairobi branch"
	Role     bailiwick.RoleType // empty: an end user
	UserName string
	Password string
}

// An Access is how to get into a loaded organization. It is shown once and
// kept nowhere.
type Access struct {
	Org    bailiwick.Org
	People int
	SignIn []SignIn
	// SuperAdminToken and HelpDeskToken are API tokens of the super
	// administrator and of the help desk of the Nairobi and Kisumu branches;
	// the first made the second for its owner.
	SuperAdminToken, HelpDeskToken string
}

// Progress hears how far a load is: done of total steps, and what is being done.
type Progress func(done, total int, label string)

// A loader carries what the steps of a load learn.
type loader struct {
	dir      *directory.Directory
	plan     *Organization
	org      bailiwick.Org
	by       authz.Actor
	password func() string
	progress Progress
	done     int
	total    int

	groups, realms []bailiwick.ID
	people         map[int]bailiwick.User // the printed accounts
	access         Access
}

// Load brings the plan into an empty store, as the system. Only the accounts
// that it returns get passwords, one call of newPassword each; it must draw
// from a cryptographic source. A load that fails leaves what it had made.
func Load(ctx context.Context, dir *directory.Directory, plan *Organization, newPassword func() string, progress Progress) (Access, error) {
	l := &loader{dir: dir, plan: plan, password: newPassword, progress: progress,
		people: make(map[int]bailiwick.User, len(plan.Accounts)),
		total:  len(plan.People) + len(plan.Groups) + len(plan.Realms) + len(plan.Apps) + len(plan.Administrators)}
	const reason = "load the demo organization"
	var err error
	if l.org, err = dir.CreateOrg(ctx, reason, Slug, plan.Name); err != nil {
		return Access{}, fmt.Errorf("make the demo organization: %w", err)
	}
	l.by = authz.System(l.org.ID, reason)
	l.access.Org, l.access.People = l.org, len(plan.People)
	for _, step := range []func(context.Context) error{l.loadRealms, l.loadGroups, l.loadPeople, l.loadApps, l.loadAdministrators, l.mintTokens} {
		if err := step(ctx); err != nil {
			return Access{}, err
		}
	}
	return l.access, nil
}

func (l *loader) step(n int, label string) {
	l.done += n
	if l.progress != nil {
		l.progress(l.done, l.total, label)
	}
}

func (l *loader) loadRealms(ctx context.Context) error {
	for _, r := range l.plan.Realms {
		made, err := l.dir.CreateRealm(ctx, l.by, r.Name, bailiwick.PartnerRealm, r.Domains)
		if err != nil {
			return fmt.Errorf("load realm %s: %w", r.Name, err)
		}
		l.realms = append(l.realms, made.ID)
		l.step(1, "realms")
	}
	return nil
}

func (l *loader) loadGroups(ctx context.Context) error {
	for part := range slices.Chunk(l.plan.Groups, groupsBatch) {
		batch := make([]bailiwick.Group, len(part))
		for i, g := range part {
			batch[i] = bailiwick.Group{Name: g.Name, Description: g.Description}
		}
		made, err := l.dir.LoadGroups(ctx, l.by, batch)
		if err != nil {
			return fmt.Errorf("load groups: %w", err)
		}
		for _, g := range made {
			l.groups = append(l.groups, g.ID)
		}
		l.step(len(part), "groups")
	}
	return nil
}

func (l *loader) loadPeople(ctx context.Context) error {
	printed := make(map[int]Account, len(l.plan.Accounts))
	for _, a := range l.plan.Accounts {
		printed[a.Person] = a
	}
	passwords := make(map[int]string, len(printed))
	for from := 0; from < len(l.plan.People); from += peopleBatch {
		batch := make([]directory.NewUser, 0, peopleBatch)
		for i := from; i < min(from+peopleBatch, len(l.plan.People)); i++ {
			n := l.newUser(i)
			if _, ok := printed[i]; ok {
				passwords[i] = l.password()
				n.Password = passwords[i]
			}
			batch = append(batch, n)
		}
		made, err := l.dir.LoadUsers(ctx, l.by, batch)
		if err != nil {
			return fmt.Errorf("load people %d to %d: %w", from, from+len(batch)-1, err)
		}
		for i, u := range made {
			if _, ok := printed[from+i]; ok {
				l.people[from+i] = u
			}
		}
		l.step(len(batch), "people")
	}
	for _, a := range l.plan.Accounts {
		l.access.SignIn = append(l.access.SignIn, SignIn{Label: a.Label, Role: a.Role,
			UserName: l.plan.People[a.Person].Login, Password: passwords[a.Person]})
	}
	return nil
}

func (l *loader) newUser(i int) directory.NewUser {
	p := &l.plan.People[i]
	past := &directory.Past{Status: p.Status, Created: p.Created, LastLogin: p.LastLogin, StatusChanged: p.StatusChanged, Password: p.Created}
	if p.Status != bailiwick.Staged {
		past.Activated = p.Created
	}
	n := directory.NewUser{Profile: l.plan.Profile(i), Past: past}
	for _, g := range p.Groups {
		n.GroupIDs = append(n.GroupIDs, l.groups[g])
	}
	if p.Realm >= 0 {
		n.RealmID = l.realms[p.Realm]
	}
	return n
}

func (l *loader) loadApps(ctx context.Context) error {
	for _, a := range l.plan.Apps {
		c, _ := bailiwick.Catalog(a.Name)
		if len(c.SignOnModes) == 0 {
			return fmt.Errorf("load app %s: %s is not in the catalog", a.Label, a.Name)
		}
		made, err := l.dir.CreateApp(ctx, l.by, bailiwick.App{Name: a.Name, Label: a.Label, SignOnMode: c.SignOnModes[0], Settings: a.settings()})
		if err != nil {
			return fmt.Errorf("load app %s: %w", a.Label, err)
		}
		if err := l.assign(ctx, a, made.ID); err != nil {
			return fmt.Errorf("assign app %s: %w", a.Label, err)
		}
		l.step(1, "apps")
	}
	return nil
}

// assign gives an app to its groups, all in one act.
func (l *loader) assign(ctx context.Context, a App, app bailiwick.ID) error {
	var groups []bailiwick.ID
	if a.Everyone {
		groups = append(groups, l.org.Everyone)
	}
	for _, g := range a.Groups {
		groups = append(groups, l.groups[g])
	}
	if len(groups) == 0 {
		return nil
	}
	return l.dir.AssignGroups(ctx, l.by, app, groups)
}

func (l *loader) loadAdministrators(ctx context.Context) error {
	for _, a := range l.plan.Administrators {
		login := l.plan.People[a.Person].Login
		if err := l.appoint(ctx, a, directory.Person(string(l.people[a.Person].ID))); err != nil {
			return fmt.Errorf("make %s %s: %w", login, a.Role, err)
		}
		l.step(1, "administrators")
	}
	return nil
}

// appoint gives one role and then narrows it to its targets.
func (l *loader) appoint(ctx context.Context, a Administrator, holder directory.Holder) error {
	role, err := l.dir.AssignRole(ctx, l.by, holder, a.Role)
	if err != nil {
		return err
	}
	for _, g := range a.Groups {
		if err := l.dir.AddGroupTarget(ctx, l.by, holder, role.ID, l.groups[g]); err != nil {
			return fmt.Errorf("limit to group %s: %w", l.plan.Groups[g].Name, err)
		}
	}
	for _, name := range a.Apps {
		if err := l.dir.AddAppTarget(ctx, l.by, holder, role.ID, bailiwick.AppTarget{Name: name}); err != nil {
			return fmt.Errorf("limit to app %s: %w", name, err)
		}
	}
	for _, r := range a.Realms {
		if err := l.dir.AddRealmTarget(ctx, l.by, holder, role.ID, l.realms[r]); err != nil {
			return fmt.Errorf("limit to realm %s: %w", l.plan.Realms[r].Name, err)
		}
	}
	return nil
}

// mintTokens lets the super administrator make a token of the own and one for
// the first help desk of the table.
func (l *loader) mintTokens(ctx context.Context) error {
	super, err := l.first(bailiwick.SuperAdmin)
	if err != nil {
		return err
	}
	desk, err := l.first(bailiwick.HelpDeskAdmin)
	if err != nil {
		return err
	}
	by := authz.OnBehalf(l.org.ID, super.ID)
	_, own, err := l.dir.CreateToken(ctx, by, directory.NewToken{Name: "Demo"})
	if err != nil {
		return fmt.Errorf("make a token for %s: %w", super.Profile.Login(), err)
	}
	_, theirs, err := l.dir.CreateTokenFor(ctx, by, string(desk.ID), directory.NewToken{Name: "Demo help desk"})
	if err != nil {
		return fmt.Errorf("make a token for %s: %w", desk.Profile.Login(), err)
	}
	l.access.SuperAdminToken, l.access.HelpDeskToken = own.Reveal(), theirs.Reveal()
	return nil
}

func (l *loader) first(role bailiwick.RoleType) (bailiwick.User, error) {
	for _, a := range l.plan.Accounts {
		if a.Role == role {
			return l.people[a.Person], nil
		}
	}
	return bailiwick.User{}, fmt.Errorf("the plan has no %s", role)
}
