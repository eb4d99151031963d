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
