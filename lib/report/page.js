// SPDX-License-Identifier: Apache-2.0
// The page works without this: it filters, searches and folds. It reads the text
// of alerts and never writes markup. `#q=curl&host=desk7` is a link to a filtered page.
'use strict';
(() => {
  const form = document.getElementById('filter');
  if (!form) return;
  const cards = [...document.querySelectorAll('details.alert')];
  const shown = document.getElementById('shown');
  const fold = document.getElementById('fold');
  const keys = ['q', 'severity', 'rule', 'host'];
  const unfoldAtOnce = 12;
  const wanted = { q: '', severity: '', rule: '', host: '' };
  const texts = new Map();

  const textOf = (card) => {
    if (!texts.has(card)) texts.set(card, card.textContent.toLowerCase());
    return texts.get(card);
  };
  const words = () => wanted.q.toLowerCase().split(/\s+/).filter(Boolean);
  const matches = (card) =>
    keys.slice(1).every((key) => wanted[key] === '' || card.dataset[key] === wanted[key]) &&
    words().every((word) => textOf(card).includes(word));

  function highlight() {
    if (!window.CSS || !CSS.highlights) return;
    const found = new Highlight();
    for (const card of cards.filter((c) => !c.hidden).slice(0, 50)) {
      const walker = document.createTreeWalker(card, NodeFilter.SHOW_TEXT);
      for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        for (const word of words()) {
          const text = node.data.toLowerCase();
          for (let at = text.indexOf(word); at >= 0 && found.size < 2000; at = text.indexOf(word, at + word.length)) {
            if (at >= node.length) break; // in lower case a text may be longer (İ)
            const range = new Range();
            range.setStart(node, at);
            range.setEnd(node, Math.min(at + word.length, node.length));
            found.add(range);
          }
        }
      }
    }
    CSS.highlights.set('found', found);
  }

  function apply() {
    for (const card of cards) card.hidden = !matches(card);
    const visible = cards.filter((card) => !card.hidden);
    if (wanted.q && visible.length <= unfoldAtOnce) for (const card of visible) card.open = true;
    shown.textContent = `${visible.length} of ${cards.length} shown`;
    for (const key of keys) if (form.elements[key].value !== wanted[key]) form.elements[key].value = wanted[key];
    highlight();
  }

  function readFragment() {
    const fragment = location.hash.slice(1);
    const values = new URLSearchParams(fragment.includes('=') ? fragment : '');
    for (const key of keys) wanted[key] = values.get(key) || '';
    apply();
    const target = fragment && !fragment.includes('=') && document.getElementById(fragment);
    if (target && target.matches('details')) {
      target.open = true;
      target.scrollIntoView();
    } else if (fragment.includes('=')) {
      document.getElementById('alerts').scrollIntoView();
    }
  }

  function writeFragment() {
    const values = new URLSearchParams();
    for (const key of keys) if (wanted[key]) values.set(key, wanted[key]);
    history.replaceState(null, '', `#${values}`);
  }

  function foldAll(open) {
    for (const card of cards) if (!card.hidden) card.open = open;
    fold.textContent = open ? 'Fold all' : 'Unfold all';
  }

  form.addEventListener('input', (event) => {
    wanted[event.target.name] = event.target.value;
    apply();
    writeFragment();
  });
  form.addEventListener('submit', (event) => event.preventDefault());
  form.addEventListener('reset', () => {
    for (const key of keys) wanted[key] = '';
    apply();
    writeFragment();
  });
  fold.addEventListener('click', () => foldAll(fold.textContent === 'Unfold all'));
  window.addEventListener('hashchange', readFragment);
  window.addEventListener('beforeprint', () => foldAll(true));
  document.addEventListener('keydown', (event) => {
    if (event.key !== '/' || event.target.closest('input, select')) return;
    event.preventDefault();
    form.elements.q.focus();
  });

  form.hidden = false;
  if (cards.length <= unfoldAtOnce) foldAll(true);
  readFragment();
})();
