package console

import (
	"time"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/ui"
)

// A userRow is one person in a list.
type userRow struct {
	Who    ui.Who
	Status bailiwick.Status
	Work   string // title and department, to tell people of one name apart
	// Groups are those by which a reader with a limited reach sees the person,
	// the first few of them; MoreGroups counts the rest.
	Groups     []string
	MoreGroups int64
	LastLogin  time.Time
}

// A chip is one choice of the filter; the empty status is everyone.
type chip struct {
	Label   string
	Status  bailiwick.Status
	Current bool
}

type usersPage struct {
	ui.Shell
	Scope   string // one sentence: how many people the reader reaches, and by what
	Address string // of this page
	Query   string
	Status  bailiwick.Status
	Chips   []chip
	Through bool // the reader has a limited reach: say by what each person is reached
	Rows    []userRow
	Pager   ui.Pager
	Empty   ui.Empty
}

// A foundList is what the search in the top bar answers.
type foundList struct {
	ui.Shell
	Found []userRow
	Empty string
}

// A fact is one line of "Who this is". A long text may break before Rest.
type fact struct{ Label, Text, Rest string }

// A stamp is a fact that is a time.
type stamp struct {
	Label string
	At    time.Time
}

type personPage struct {
	ui.Shell
	Crumbs []ui.Crumb

	// Who is this, and how are they?
	Who         ui.Who
	Status      bailiwick.Status
	Login       string
	Number      string
	Place       string
	Facts       []fact
	Times       []stamp
	GroupsTitle string   // "Reached through", or "Groups" for those who reach everyone
	Groups      []string // names, only of groups that the reader may see
	MoreGroups  int64    // how many are left out
	Notices     []ui.Notice

	// What can I do now? NoActs says why there is nothing; Refused says in
	// one sentence what the reader's role leaves out.
	Acts    []ui.Act
	NoActs  string
	IsSelf  bool
	Refused string
	Reset   *resetForm
	Others  []confirmForm

	// What has happened?
	Events []ui.Happening
}

// A way is one choice of the dialog "Reset or remove password".
type way struct {
	Value       string
	Title, Text string
	Chosen      bool
}

// A resetForm is that dialog, also as a page of its own.
type resetForm struct {
	Title   string // names only what is offered
	Name    string
	Action  string
	Cancel  string
	CSRF    string
	Ways    []way
	SignOut bool
}

// A confirmForm asks before an act that has no choices, in a dialog or as a
// page of its own.
type confirmForm struct {
	Slug   string // last part of its address, and id of its dialog
	Title  string // also the button
	Name   string
	Text   string // what happens, to whom, what stays
	Action string
	Cancel string
	CSRF   string
}

type confirmPage struct {
	ui.Shell
	Crumbs []ui.Crumb
	Form   confirmForm
	Fault  string
}

type resetPage struct {
	ui.Shell
	Crumbs []ui.Crumb
	Reset  resetForm
	Fault  string // what went wrong, one sentence
}

// A secretPage shows a temporary password, once, in the answer to the POST.
type secretPage struct {
	ui.Shell
	Crumbs    []ui.Crumb
	Name      string
	Secret    string
	Hours     int
	SignedOut bool
	Back      string
}
