// Conveniences on top of pages that are whole without it: a filter of rows, and a choice of light or dark.

/** @param {HTMLInputElement} input */
function filterRows(input) {
  const section = input.closest('section');
  const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const row of section?.querySelectorAll('tbody tr') ?? []) {
    const name = row.querySelector('th')?.textContent?.toLowerCase() ?? '';
    row.hidden = !words.every((word) => name.includes(word));
  }
}

for (const label of document.querySelectorAll('.needs-script')) label.hidden = false;
for (const input of document.querySelectorAll('input.filter')) {
  input.addEventListener('input', () => filterRows(input));
}

/** What was chosen before; a browser may keep nothing for a page that is a file. */
function storedTheme() {
  try {
    return localStorage.getItem('theme');
  } catch {
    return null;
  }
}

function storeTheme(theme) {
  try {
    localStorage.setItem('theme', theme);
  } catch {
    // It holds for this page.
  }
}

function addThemeButton() {
  const root = document.documentElement;
  const chosen = storedTheme();
  if (chosen === 'light' || chosen === 'dark') root.dataset.theme = chosen;
  const button = document.createElement('button');
  button.type = 'button';
  const isDark = () =>
    root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  const show = () => {
    button.textContent = isDark() ? 'Light' : 'Dark';
  };
  button.addEventListener('click', () => {
    root.dataset.theme = isDark() ? 'light' : 'dark';
    storeTheme(root.dataset.theme);
    show();
  });
  show();
  document.querySelector('header')?.append(button);
}
addThemeButton();

// What follows is for pages of a server: a key that is sent as a header, and checks that are followed as they run.

function storedKey() {
  try {
    return sessionStorage.getItem('key') ?? '';
  } catch {
    return '';
  }
}

const withKey = (more = {}) => ({ headers: storedKey() === '' ? {} : { 'x-api-key': storedKey() }, ...more });

function say(text) {
  const place = document.querySelector('main .said');
  if (place) place.textContent = text;
}

/** Puts the content of another page in the place of this one. */
async function swap(response) {
  if (response.status === 401) return say('This key is not accepted.');
  const page = new DOMParser().parseFromString(await response.text(), 'text/html');
  const main = page.querySelector('main');
  if (!main || !response.headers.get('content-type')?.includes('html'))
    return say(`The server returned status ${response.status}.`);
  document.title = page.title;
  document.querySelector('main')?.replaceWith(main);
  return wake();
}

const reload = () => fetch(location.href, withKey()).then(swap);

/** @param {SubmitEvent} event */
async function sendForm(event) {
  if (storedKey() === '') return;
  event.preventDefault();
  say('Sending.');
  const response = await fetch(event.target.action, withKey({ method: 'POST', body: new FormData(event.target) }));
  if (response.redirected) history.pushState(null, '', response.url);
  await swap(response);
}

function showState(job, state) {
  const bar = job.querySelector('progress');
  if (bar) bar.value = state.percent;
  say(state.error ?? state.message ?? '');
  const body = job.querySelector('tbody');
  for (const [id, status] of Object.entries(state.profile_statuses)) {
    let row = body.querySelector(`tr[data-profile="${CSS.escape(id)}"]`);
    if (!row) {
      row = body.insertRow();
      row.dataset.profile = id;
      const head = document.createElement('th');
      head.scope = 'row';
      head.textContent = id;
      row.append(head, document.createElement('td'));
    }
    const cell = row.querySelector('td');
    cell.textContent = status.replace('_', ' ');
    cell.className = { pass: 'p', fail: 'f', infra_error: 'e', running: 'u', skipped: 's' }[status] ?? 'a';
  }
}

/** Reads the events of a check to their end. An EventSource could not send the key. */
async function follow(job) {
  const response = await fetch(job.dataset.events, withKey());
  if (!response.ok) throw new Error('no stream');
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    text += value;
    const parts = text.split('\n\n');
    text = parts.pop();
    for (const part of parts) {
      const data = /^data: (.*)$/m.exec(part)?.[1];
      if (data) showState(job, JSON.parse(data));
    }
  }
}

/** Makes what was just shown work. */
function wake() {
  for (const hidden of document.querySelectorAll('main .needs-script')) hidden.hidden = false;
  document.querySelector('form.start')?.addEventListener('submit', sendForm);
  document.querySelector('.token form')?.addEventListener('submit', (event) => {
    event.preventDefault();
    sessionStorage.setItem('key', new FormData(event.target).get('key'));
    reload();
  });
  const job = document.querySelector('.job[data-events]');
  if (!job) return;
  job.querySelector('.cancel')?.addEventListener('click', () => fetch(job.dataset.job, withKey({ method: 'DELETE' })));
  // The stream ends with the check; where it broke, the page that is loaded then follows again.
  follow(job)
    .catch(() => new Promise((later) => setTimeout(later, 2000)))
    .then(reload);
}
wake();
if (document.querySelector('.token') && storedKey() !== '') reload();
