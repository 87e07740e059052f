package outbox_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bailiwick-iam/bailiwick"
	"github.com/bailiwick-iam/bailiwick/internal/authz"
	"github.com/bailiwick-iam/bailiwick/internal/demo"
	"github.com/bailiwick-iam/bailiwick/internal/mail"
	"github.com/bailiwick-iam/bailiwick/internal/mail/mailtest"
	"github.com/bailiwick-iam/bailiwick/internal/outbox"
	"github.com/bailiwick-iam/bailiwick/internal/secret"
	"github.com/bailiwick-iam/bailiwick/internal/store"
)

func TestAResetMailArrivesWithALinkThatWorks(t *testing.T) {
	t.Parallel()
	each(t, willing, func(t *testing.T, w *world) {
		u := w.person(t, w.org.ID, "Tuğba", "tugba@halvard.example")
		for by, life := range map[string]time.Duration{"Amara Okonkwo": bailiwick.AdminResetLinkLife, "": bailiwick.ResetLinkLife} {
			w.leave(t, w.org.ID, mail.ResetPassword{To: u.ID, By: by})
			w.sweep(t, w.worker(t, nil))
			all := w.server.Received()
			m := all[len(all)-1]
			address := link(t, m)
			if m.To != "tugba@halvard.example" || !strings.HasPrefix(address, origin+"/reset/bwr_") || !strings.Contains(m.Text, "Hello Tuğba,") {
				t.Errorf("got a mail to %s with %s:\n%s", m.To, address, m.Text)
			}
			l, err := w.works(t, address, secret.ResetLink, bailiwick.LinkResetPassword)
			if err != nil || l.UserID != u.ID || l.Expires.Sub(w.store.Now()) != life {
				t.Errorf("by %q: got %v, %v, want a link that works for %v", by, l, err, life)
			}
		}
	})
}

func TestEachMailLeadsWhereItShould(t *testing.T) {
	t.Parallel()
	each(t, willing, func(t *testing.T, w *world) {
		u := w.person(t, w.org.ID, "Bo", "bo@halvard.example")
		for _, row := range []struct {
			message bailiwick.Message
			path    string
		}{
			{mail.Activation{To: u.ID}, "/welcome/bwa_"},
			{mail.PasswordChanged{To: u.ID}, "/account"},
			{mail.TemporaryPassword{To: u.ID}, "/signin"},
			{mail.ScopeWidened{To: u.ID, Role: "Application Administrator"}, "/console"},
		} {
			w.leave(t, w.org.ID, row.message)
			w.sweep(t, w.worker(t, nil))
			all := w.server.Received()
			address := link(t, all[len(all)-1])
			if !strings.HasPrefix(address, origin+row.path) {
				t.Errorf("%s: got %s, want %s", row.message.MessageKind(), address, origin+row.path)
			}
			if row.path != "/welcome/bwa_" {
				continue
			}
			l, err := w.works(t, address, secret.ActivationLink, bailiwick.LinkActivate)
			if err != nil || l.Expires.Sub(w.store.Now()) != bailiwick.ActivationLinkLife {
				t.Errorf("got %v, %v, want a link that works for %v", l, err, bailiwick.ActivationLinkLife)
			}
		}
	})
}

func TestLinksNameTheOrgWhenThereAreSeveral(t *testing.T) {
	t.Parallel()
	each(t, willing, func(t *testing.T, w *world) {
		other := w.newOrg(t, "northquay", "Northquay Logistics")
		u := w.person(t, other.ID, "Folake", "folake@northquay.example")
		w.leave(t, other.ID, mail.ResetPassword{To: u.ID})
		w.sweep(t, w.worker(t, nil))
		m := w.received(t, 1)[0]
		if got := link(t, m); !strings.HasPrefix(got, origin+"/t/northquay/reset/bwr_") || !strings.Contains(m.Text, "Northquay Logistics") {
			t.Errorf("got %s in\n%s", got, m.Text)
		}
	})
}

func TestAMailThatWasPutOffKeepsItsIDAndLeavesOneLinkThatWorks(t *testing.T) {
	t.Parallel()
	once := failing(mailtest.AtData, func(n int, _ []byte) error {
		if n > 0 {
			return nil
		}
		return mailtest.Refusal(421, "try again later")
	})
	each(t, once, func(t *testing.T, w *world) {
		u := w.person(t, w.org.ID, "Tuğba", "tugba@halvard.example")
		w.leave(t, w.org.ID, mail.ResetPassword{To: u.ID})
		worker := w.worker(t, nil)
		w.sweep(t, worker)
		if got := w.log.String(); !strings.Contains(got, "mail postponed") || !strings.Contains(got, "try again later") {
			t.Errorf("got log %s", got)
		}
		w.sweep(t, worker) // not due yet
		w.received(t, 0)
		w.ahead.Add(int64(time.Minute))
		w.sweep(t, worker)
		w.checkTwins(t, w.server.Refused()[0], w.received(t, 1)[0])
	})
}

// checkTwins checks that two copies of a mail have one Message-ID and that the
// link of the later one alone works.
func (w *world) checkTwins(t *testing.T, first, second mailtest.Message) {
	t.Helper()
	if a, b := first.Header.Get("Message-Id"), second.Header.Get("Message-Id"); a != b || a == "" {
		t.Errorf("got Message-IDs %q and %q, want the same", a, b)
	}
	if l, err := w.works(t, link(t, first), secret.ResetLink, bailiwick.LinkResetPassword); !errors.Is(err, bailiwick.ErrForbidden) {
		t.Errorf("the first link: got %v, %v, want a refusal", l, err)
	}
	if _, err := w.works(t, link(t, second), secret.ResetLink, bailiwick.LinkResetPassword); err != nil {
		t.Errorf("the second link: got %v, want one that works", err)
	}
}

func TestARefusedRecipientIsGivenUpWithTheReason(t *testing.T) {
	t.Parallel()
	refuse := failing(mailtest.AtData, func(_ int, data []byte) error {
		whole := strings.ReplaceAll(string(data), "=\r\n", "") // as quoted-printable breaks lines
		return mailtest.Refusal(550, "no such person, you said "+links.FindString(whole))
	})
	each(t, refuse, func(t *testing.T, w *world) {
		u := w.person(t, w.org.ID, "Tuğba", "tugba@halvard.example")
		w.leave(t, w.org.ID, mail.ResetPassword{To: u.ID})
		worker := w.worker(t, nil)
		for range 3 {
			w.sweep(t, worker)
			w.ahead.Add(int64(6 * time.Hour))
		}
		got := w.log.String()
		if strings.Count(got, "\n") != 1 || !strings.Contains(got, "level=ERROR") || !strings.Contains(got, "mail given up") ||
			!strings.Contains(got, "no such person, you said [hidden]") || !strings.Contains(got, "recipient="+string(u.ID)) {
			t.Errorf("got log\n%s\nwant one line that says why", got)
		}
	})
}

func TestAServerThatStaysAwayIsTriedForFiveDays(t *testing.T) {
	t.Parallel()
	each(t, failing(mailtest.AtSender, func(int, []byte) error { return mailtest.Refusal(451, "not now") }), func(t *testing.T, w *world) {
		u := w.person(t, w.org.ID, "Tuğba", "tugba@halvard.example")
		w.leave(t, w.org.ID, mail.PasswordChanged{To: u.ID})
		worker := w.worker(t, nil)
		var hours int
		for ; hours < 24*7 && !strings.Contains(w.log.String(), "mail given up"); hours++ {
			w.sweep(t, worker)
			w.ahead.Add(int64(time.Hour))
		}
		attempts := strings.Count(w.log.String(), "mail postponed")
		if hours < 24*5 || hours > 24*5+7 || attempts < 20 || attempts > 45 {
			t.Errorf("given up after %d hours and %d attempts, want five days and a few dozen", hours, attempts)
		}
	})
}

// A stalling deliverer hands the mail over and then loses consciousness for as
// long as it takes others to act.
type stalling struct {
	outbox.Deliverer
	meanwhile func()
}

func (s stalling) Deliver(ctx context.Context, e mail.Envelope) error {
	err := s.Deliverer.Deliver(ctx, e)
	s.meanwhile()
	return errors.Join(err, errors.New("where was I"))
}

func TestAWorkerThatLostItsLeaseDoesNothingMore(t *testing.T) {
	t.Parallel()
	each(t, willing, func(t *testing.T, w *world) {
		u := w.person(t, w.org.ID, "Tuğba", "tugba@halvard.example")
		w.leave(t, w.org.ID, mail.ResetPassword{To: u.ID})
		w.sweep(t, w.worker(t, stalling{w.sender(t), func() {
			w.sweep(t, w.worker(t, nil)) // the lease still holds
			w.received(t, 1)
			w.ahead.Add(int64(3 * time.Minute))
			w.sweep(t, w.worker(t, nil))
		}}))
		all := w.received(t, 2)
		w.checkTwins(t, all[0], all[1])
		w.ahead.Add(int64(time.Hour))
		w.sweep(t, w.worker(t, nil))
		w.received(t, 2)
	})
}

func TestAMailThatIsTakenBackAfterItsLeaseMakesNoLink(t *testing.T) {
	t.Parallel()
	each(t, willing, func(t *testing.T, w *world) {
		u := w.person(t, w.org.ID, "Tuğba", "tugba@halvard.example")
		w.leave(t, w.org.ID, mail.ResetPassword{To: u.ID})
		var letters []store.Letter
		err := w.store.Keep(t.Context(), w.org.ID, func(k *store.Upkeep) (err error) {
			letters, err = k.Lease(1, time.Minute)
			return err
		})
		if err != nil || len(letters) != 1 {
			t.Fatalf("leased %v, %v", letters, err)
		}
		err = w.store.Do(t.Context(), authz.System(w.org.ID, "test"), bailiwick.UserDeactivated, func(tx *store.Tx) error { return tx.VoidLinks(u.ID) })
		if err != nil {
			t.Fatal(err)
		}
		if err := w.worker(t, nil).Send(t.Context(), w.org, letters[0]); err != nil {
			t.Fatal(err)
		}
		w.received(t, 0)
		if got := w.log.String(); got != "" {
			t.Errorf("got log %s", got)
		}
	})
}

func TestTwoWorkersDeliverEachMailOnce(t *testing.T) {
	t.Parallel()
	each(t, willing, func(t *testing.T, w *world) {
		const people = 40
		var messages []bailiwick.Message
		for n := range people {
			u := w.person(t, w.org.ID, "Person", fmt.Sprintf("person%d@halvard.example", n))
			messages = append(messages, mail.ResetPassword{To: u.ID})
		}
		w.leave(t, w.org.ID, messages...)
		var wait sync.WaitGroup
		for range 2 {
			worker := w.worker(t, nil)
			wait.Go(func() {
				if err := worker.Sweep(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		wait.Wait()
		seen := map[string]int{}
		for _, m := range w.received(t, people) {
			seen[m.To]++
		}
		if len(seen) != people {
			t.Errorf("got mails to %d people, want %d", len(seen), people)
		}
	})
}

func TestAHintDeliversAtOnceAndTheEndOfTheContextStops(t *testing.T) {
	t.Parallel()
	each(t, willing, func(t *testing.T, w *world) {
		u := w.person(t, w.org.ID, "Tuğba", "tugba@halvard.example")
		ctx, stop := context.WithCancel(t.Context())
		stopped := make(chan struct{})
		box := demo.NewMailbox("Halvard Group")
		worker := w.worker(t, box)
		go func() { defer close(stopped); worker.Run(ctx) }()
		began := time.Now()
		w.leave(t, w.org.ID, mail.PasswordChanged{To: u.ID})
		for len(box.Letters("")) == 0 && time.Since(began) < 4*time.Second { // the sweep comes after 5 s
			time.Sleep(time.Millisecond)
		}
		if got := box.Letters("tugba@"); len(got) != 1 || got[0].Subject != "Your password was changed" || got[0].HTML == "" {
			t.Errorf("got letters %v", got)
		}
		stop()
		select {
		case <-stopped:
		case <-time.After(5 * time.Second):
			t.Error("the worker does not stop")
		}
	})
}

func TestNamesCannotAddHeadersOrLinks(t *testing.T) {
	t.Parallel()
	each(t, willing, func(t *testing.T, w *world) {
		evil := "Eve\r\nBcc: all@evil.io\r\n\r\nhttps://evil.io"
		other := w.newOrg(t, "evil", evil)
		u := w.person(t, other.ID, evil, "eve@halvard.example")
		w.leave(t, other.ID, mail.Activation{To: u.ID, By: evil})
		w.sweep(t, w.worker(t, nil))
		m := w.received(t, 1)[0]
		if m.To != "eve@halvard.example" || m.Header.Get("Bcc") != "" || m.Header.Get("To") != "<eve@halvard.example>" {
			t.Errorf("got a mail to %q with the header %v", m.To, m.Header)
		}
		link(t, m)
		for name, part := range map[string]string{"header": fmt.Sprint(m.Header), "text": m.Text, "html": m.HTML} {
			if strings.Contains(part, "evil.io") || strings.Contains(part, "\nBcc") {
				t.Errorf("the %s speaks for Eve:\n%s", name, part)
			}
		}
	})
}

func TestALetterNobodyCanReadYetWaits(t *testing.T) {
	t.Parallel()
	each(t, willing, func(t *testing.T, w *world) {
		u := w.person(t, w.org.ID, "Tuğba", "tugba@halvard.example")
		w.leave(t, w.org.ID, fromTheFuture{u.ID}, mail.PasswordChanged{To: "00u00000000000000000"}, mail.PasswordChanged{To: u.ID})
		w.sweep(t, w.worker(t, nil))
		w.received(t, 1)
		got := w.log.String()
		if strings.Count(got, "mail postponed") != 1 || !strings.Contains(got, "unknown kind") {
			t.Errorf("a kind of a newer release: got log\n%s", got)
		}
		if strings.Count(got, "mail given up") != 1 || !strings.Contains(got, "the recipient has been deleted") {
			t.Errorf("nobody to send to: got log\n%s", got)
		}
	})
}

type fromTheFuture struct{ to bailiwick.ID }

func (fromTheFuture) MessageKind() string       { return "from_the_future" }
func (m fromTheFuture) Recipient() bailiwick.ID { return m.to }

func TestLinksNeedAnOriginAndNothingMore(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]bool{
		"https://id.halvard.example": true, "http://localhost:8080": true, "": false, "id.halvard.example": false,
		"https://id.halvard.example/": false, "https://a:b@id.halvard.example": false, "https://id.halvard.example?x": false, "ftp://id": false,
	} {
		if _, err := outbox.New(nil, nil, outbox.Options{PublicURL: address}); (err == nil) != want {
			t.Errorf("%q: got %v", address, err)
		}
	}
}
