/* Bailiwick - enhancement only. Every page works without this file: menus are
   <details>, filters are forms, tabs are links, and a dialog's opener is a link
   to the same form as a page of its own. */
(() => {
  'use strict';
  const $ = (s, r = document) => r.querySelector(s);
  const $$ = (s, r = document) => [...r.querySelectorAll(s)];
  const root = document.documentElement;

  /* Dialogs: <a href="/the/page" data-dialog="id">. Focus returns to the opener (native). */
  const open = id => {
    const d = document.getElementById(id);
    if (!d || d.open) return !!d;
    $$('details.menu[open]').forEach(m => { m.open = false; });
    d.showModal();
    ($('[autofocus]', d) || $('input:not([type=hidden]):not([disabled]),select,textarea', d) || $('button', d))?.focus();
    return true;
  };
  const outside = (d, e) => {
    const b = d.getBoundingClientRect();
    return e.clientX < b.left || e.clientX > b.right || e.clientY < b.top || e.clientY > b.bottom;
  };

  /* Toasts: polite, stay until the next one or for 6 s. */
  let toastTimer;
  const toast = text => {
    const box = $('.toasts');
    if (!box) return;
    const t = $('#toast-pattern').content.firstElementChild.cloneNode(true);
    $('span', t).textContent = text;
    box.replaceChildren(t);
    clearTimeout(toastTimer);
    toastTimer = setTimeout(() => box.replaceChildren(), 6000);
  };

  /* The theme is rendered by the server from this cookie, so no page flashes. */
  const setTheme = v => {
    if (v) root.dataset.theme = v; else delete root.dataset.theme;
    document.cookie = `theme=${v}; Path=/; Max-Age=${v ? 31536000 : 0}; SameSite=Lax${location.protocol === 'https:' ? '; Secure' : ''}`;
  };

  const drawer = on => {
    $('.side')?.classList.toggle('open', on);
    $('.menu-toggle')?.setAttribute('aria-expanded', on);
    if (on) $('.side a')?.focus();
  };

  const reveal = b => {
    const i = document.getElementById(b.dataset.reveal), show = i.type === 'password';
    i.type = show ? 'text' : 'password';
    b.textContent = show ? 'Hide' : 'Show';
    b.setAttribute('aria-pressed', show);
    b.setAttribute('aria-label', show ? 'Hide password' : 'Show password');
  };

  document.addEventListener('click', e => {
    const at = s => e.target.closest(s);
    let el;
    if (at('[aria-disabled="true"]')) { e.preventDefault(); return; }
    if ((el = at('[data-dialog]')) && open(el.dataset.dialog)) { e.preventDefault(); return; }
    if ((el = at('[data-close]')) && el.closest('dialog')?.open) { e.preventDefault(); el.closest('dialog').close(); return; }
    if (e.target.matches('dialog') && outside(e.target, e)) e.target.close();
    if (el = at('[data-copy]')) navigator.clipboard?.writeText(document.getElementById(el.dataset.copy).textContent).then(() => toast('Copied'));
    if (el = at('[data-theme-set]')) { e.preventDefault(); setTheme(el.dataset.themeSet); }
    if (el = at('[data-reveal]')) reveal(el);
    if (at('.menu-toggle')) { e.preventDefault(); drawer(!$('.side').classList.contains('open')); }
    else if (!at('.side')) drawer(false);
    $$('details.menu[open]').forEach(m => { if (!m.contains(e.target)) m.open = false; });
  });

  /* Menus: arrows, Home, End, Escape. Find: / or Ctrl K. Shortcuts: ?. */
  document.addEventListener('keydown', e => {
    const m = e.target.closest?.('details.menu');
    if (m && ['ArrowDown', 'ArrowUp', 'Home', 'End'].includes(e.key)) {
      e.preventDefault();
      m.open = true;
      const items = $$('.menu-list :is(a,button)', m), n = items.length, i = items.indexOf(document.activeElement);
      items[{ Home: 0, End: n - 1, ArrowDown: (i + 1) % n, ArrowUp: (i - 1 + n) % n }[e.key]]?.focus();
    }
    if (e.key === 'Escape') {
      const d = e.target.closest?.('dialog[open]'); /* a search field would only clear itself */
      if (d) { e.preventDefault(); d.close(); return; }
      if (m?.open) { m.open = false; $('summary', m).focus(); }
      drawer(false);
    }
    const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(e.target.tagName);
    if ((e.key === '/' && !typing) || (e.key.toLowerCase() === 'k' && (e.metaKey || e.ctrlKey))) { if (open('find')) e.preventDefault(); }
    if (e.key === '?' && !typing && !$('dialog[open]')) open('keys');
  });
  if (!/Mac|iPhone|iPad/.test(navigator.platform)) $$('.mod').forEach(k => { k.textContent = 'Ctrl K'; });

  /* Lists under a search field: htmx fills them, the arrows and Enter choose. */
  $$('[role=combobox][aria-controls]').forEach(input => {
    const list = document.getElementById(input.getAttribute('aria-controls'));
    let at = 0;
    const mark = to => {
      const options = $$('[role=option]', list);
      options.forEach(o => o.setAttribute('aria-selected', 'false'));
      input.removeAttribute('aria-activedescendant');
      if (!options.length) return;
      at = (to + options.length) % options.length;
      options[at].setAttribute('aria-selected', 'true');
      options[at].scrollIntoView({ block: 'nearest' });
      input.setAttribute('aria-activedescendant', options[at].id);
    };
    list.addEventListener('htmx:afterSwap', () => mark(0));
    input.addEventListener('keydown', e => {
      if (e.key === 'ArrowDown') { e.preventDefault(); mark(at + 1); }
      if (e.key === 'ArrowUp') { e.preventDefault(); mark(at - 1); }
      const chosen = $('[aria-selected="true"]', list);
      if (e.key === 'Enter' && chosen) { e.preventDefault(); chosen.click(); }
    });
  });

  /* Times arrive in UTC and are shown in the reader's own zone by the same rule:
     today 15:52, this year 12 Nov, older 8 Jun 2025. */
  const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
  const localTimes = within => $$('time[datetime]', within).forEach(t => {
    const d = new Date(t.dateTime), now = new Date();
    if (isNaN(d)) return;
    const clock = `${String(d.getHours()).padStart(2, '0')}:${String(d.getMinutes()).padStart(2, '0')}`;
    const day = `${d.getDate()} ${months[d.getMonth()]}`, year = d.getFullYear();
    t.textContent = d.toDateString() === now.toDateString() ? clock : year === now.getFullYear() ? day : `${day} ${year}`;
    t.title = `${day} ${year}, ${clock}`;
  });
  localTimes(document);
  document.addEventListener('htmx:afterSwap', e => localTimes(e.target));

  /* What was just done is said once: a reload or a bookmark does not say it again. */
  const here = new URL(location.href);
  if (here.searchParams.has('done')) {
    here.searchParams.delete('done');
    history.replaceState(null, '', here);
  }
  const said = $('.toasts')?.textContent.trim();
  if (said) toast(said);
  $('.error-summary')?.focus();
})();
