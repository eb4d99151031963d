// Conveniences on top of pages that are whole without it: a filter of rows, and a choice of light or dark.

/** @param {HTMLInputElement} input */
function filterRows(input) {
  const section = input.closest('section, fieldset');
  const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const row of section?.querySelectorAll('tbody tr') ?? []) {
    const name = row.querySelector('th')?.textContent?.toLowerCase() ?? '';
    row.hidden = !words.every((word) => name.includes(word));
  }
}

for (const label of document.querySelectorAll('.needs-script')) label.hidden = false;
function wakeFilters() {
  for (const input of document.querySelectorAll('input.filter'))
    input.addEventListener('input', () => filterRows(input));
}
wakeFilters();

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
  const way = page.querySelector('header nav');
  if (way) document.querySelector('header nav')?.replaceWith(way);
  // A page without downloads, as one that requests a key, has none.
  document.querySelector('footer')?.remove();
  main.after(...page.querySelectorAll('footer'));
  wakeFilters();
  return wake();
}

const reload = () => fetch(location.href, withKey()).then(swap);

/** @param {SubmitEvent} event */
async function sendForm(event) {
  if (storedKey() === '') return;
  event.preventDefault();
  event.target.querySelector('.said').textContent = 'Sending.';
  const response = await fetch(event.target.action, withKey({ method: 'POST', body: new FormData(event.target) }));
  if (response.redirected) history.pushState(null, '', response.url);
  await swap(response);
}

function showState(job, state) {
  const bar = job.querySelector('progress');
  if (bar) bar.value = state.percent;
  say(state.error ?? state.message ?? '');
  for (const [id, status] of Object.entries(state.profile_statuses)) showRow(job, 'kernels', 'profile', [id], status);
  for (const { name, profile, status } of state.cells ?? []) showRow(job, 'cells', 'cell', [name, profile], status);
}

/** Puts a state into the row of a table that is about `words`; the first of them is its head. */
function showRow(job, table, key, words, status) {
  const place = job.querySelector(`table.${table}`);
  const own = words.join(' ');
  let row = place.querySelector(`tr[data-${key}="${CSS.escape(own)}"]`);
  if (!row) {
    place.hidden = false;
    row = place.tBodies[0].insertRow();
    row.dataset[key] = own;
    for (const [nth, word] of [...words, ''].entries()) {
      const cell = document.createElement(nth === 0 ? 'th' : 'td');
      if (nth === 0) cell.scope = 'row';
      cell.textContent = word;
      row.append(cell);
    }
  }
  const cell = row.lastElementChild;
  cell.textContent = status.replace('_', ' ');
  cell.className = { pass: 'p', fail: 'f', infra_error: 'e', running: 'u', skipped: 's' }[status] ?? 'a';
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

/** Browsers have a clipboard for pages of https and of this machine alone. */
async function copyMarkdown({ currentTarget: button }) {
  const said = button.parentElement.querySelector('.copied');
  try {
    const response = await fetch(button.dataset.copy, withKey());
    if (!response.ok) throw new Error(`status ${response.status}`);
    await navigator.clipboard.writeText(await response.text());
    said.textContent = 'Copied.';
  } catch {
    said.textContent = 'It cannot be copied here: the link Markdown below has it.';
  }
}

/** A link to a file cannot send the key: the file is fetched, and saved under its own name. */
async function download(event) {
  if (storedKey() === '') return;
  event.preventDefault();
  const { href } = event.currentTarget;
  const response = await fetch(href, withKey());
  if (!response.ok) return say(`The server returned status ${response.status}.`);
  const link = document.createElement('a');
  link.href = URL.createObjectURL(await response.blob());
  link.download = href.split('/').at(-1);
  link.click();
  URL.revokeObjectURL(link.href);
}

/** Kernels of the form: a set chooses its own at once, and how many are chosen is said, whatever the filter hides. */
function wakeKernels() {
  const choice = document.querySelector('.choose');
  if (!choice) return;
  const boxes = [...choice.querySelectorAll('input[name=profiles]')];
  const count = () => {
    choice.querySelector('output').textContent = `${boxes.filter((box) => box.checked).length} chosen`;
  };
  choice.addEventListener('change', () => {
    choice.querySelector('[aria-current]')?.removeAttribute('aria-current');
    count();
  });
  for (const link of choice.querySelectorAll('a[data-set]')) {
    link.addEventListener('click', (event) => {
      event.preventDefault();
      for (const box of boxes) box.checked = box.closest('tr').dataset.sets.split(' ').includes(link.dataset.set);
      choice.querySelector('[aria-current]')?.removeAttribute('aria-current');
      link.setAttribute('aria-current', 'true');
      count();
    });
  }
  count();
}

/** Makes what was just shown work. */
function wake() {
  wakeKernels();
  // A page from the disk may read nothing beside it.
  if (location.protocol !== 'file:')
    for (const hidden of document.querySelectorAll('main .needs-server')) hidden.hidden = false;
  for (const link of document.querySelectorAll('footer a')) link.addEventListener('click', download);
  document.querySelector('button.copy')?.addEventListener('click', copyMarkdown);
  for (const hidden of document.querySelectorAll('main .needs-script')) hidden.hidden = false;
  for (const form of document.querySelectorAll('form.start')) form.addEventListener('submit', sendForm);
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
