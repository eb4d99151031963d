import { describe, expect, test } from 'vitest';
import { mirrorsInSources, mirrorsInTargets } from '../../../../src/kernels/sources/deb/host-sources.ts';

const deb822 = (text: string): { name: string; text: string }[] => [
  { name: '/etc/apt/sources.list.d/x.sources', text },
];
const list = (text: string): { name: string; text: string }[] => [{ name: '/etc/apt/sources.list', text }];

describe('mirrorsInSources', () => {
  test('one-line format', () => {
    const files = list(
      [
        '# deb http://off.example.org/debian bookworm main',
        'deb http://one.example.org/debian/ bookworm main contrib # near',
        'deb [arch=amd64 signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] https://two.example.org/d bookworm-updates main',
        'deb http://sec.example.org/debian-security bookworm-security main',
        'deb http://old.example.org/debian-security buster/updates main',
        'deb-src http://src.example.org/debian bookworm main',
      ].join('\n'),
    );
    expect(mirrorsInSources(files, 'debian')).toEqual(['http://one.example.org/debian', 'https://two.example.org/d']);
    expect(mirrorsInSources(files, 'debian-security')).toEqual([
      'http://sec.example.org/debian-security',
      'http://old.example.org/debian-security',
    ]);
  });

  test('deb822 format, with comments, several URIs and a disabled stanza', () => {
    const files = deb822(
      [
        'Types: deb deb-src',
        '# URIs: http://comment.example.org/debian',
        'URIs: http://one.example.org/debian',
        ' http://two.example.org/debian',
        'Suites: trixie trixie-updates',
        'Components: main',
        'Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg',
        '',
        'Enabled: no',
        'Types: deb',
        'URIs: http://off.example.org/debian',
        'Suites: trixie',
        'Components: main',
      ].join('\n'),
    );
    expect(mirrorsInSources(files, 'debian')).toEqual([
      'http://one.example.org/debian',
      'http://two.example.org/debian',
    ]);
    expect(mirrorsInSources(files, 'debian-security')).toEqual([]);
  });

  test('repositories of others are not mirrors', () => {
    const others = list(
      [
        'deb https://apps.example.org/linux/debian bookworm stable',
        'deb [signed-by=/etc/apt/keyrings/other.gpg] https://other.example.org/debian bookworm main',
        'deb https://node.example.org/node_20.x nodistro/x main',
        'deb https://pg.example.org bookworm-pgdg main',
      ].join('\n'),
    );
    expect(mirrorsInSources(others, 'debian')).toEqual([]);
  });
});

describe('Ubuntu', () => {
  const list = (text: string) => [{ name: '/etc/apt/sources.list', text }];

  test('its mirrors, and neither those for security alone nor personal archives', () => {
    const text = [
      'deb http://azure.archive.ubuntu.com/ubuntu/ jammy main restricted',
      'deb http://azure.archive.ubuntu.com/ubuntu/ jammy-updates main',
      'deb mirror+file:/etc/apt/apt-mirrors.txt noble main',
      'deb http://security.ubuntu.com/ubuntu/ jammy-security main',
      'deb http://ppa.launchpad.net/somebody/ubuntu jammy main',
      'deb http://ports.ubuntu.com/ubuntu-ports jammy main',
      'deb https://apt.example.org/tools jammy main',
      'deb http://multiverse.example.org/ubuntu jammy multiverse',
    ].join('\n');
    expect(mirrorsInSources(list(text), 'ubuntu')).toEqual([
      'http://azure.archive.ubuntu.com/ubuntu',
      'mirror+file:/etc/apt/apt-mirrors.txt',
    ]);
    expect(mirrorsInSources(list(text), 'ubuntu-ports')).toEqual(['http://ports.ubuntu.com/ubuntu-ports']);
    expect(mirrorsInSources(list(text), 'ubuntu-old-releases')).toEqual([]);
  });

  test('the newer form, by the keys that it names', () => {
    const stanza = (uri: string, keys: string) =>
      `Types: deb\nURIs: ${uri}\nSuites: noble noble-updates\nComponents: main universe\nSigned-By: ${keys}\n\n`;
    const text =
      stanza('http://mirror.example.org/somewhere/', '/usr/share/keyrings/ubuntu-archive-keyring.gpg') +
      stanza('http://other.example.org/ubuntu/', '/etc/apt/keyrings/other.gpg');
    const files = [{ name: '/etc/apt/sources.list.d/ubuntu.sources', text }];
    expect(mirrorsInSources(files, 'ubuntu')).toEqual(['http://mirror.example.org/somewhere']);
  });
});

test('mirrorsInTargets goes by the label of the signed lists', () => {
  const output = [
    'Debian|http://one.example.org/debian/',
    'Debian|http://one.example.org/debian/',
    'Debian Backports|http://two.example.org/debian/',
    'Debian-Security|http://sec.example.org/debian-security/',
    'Docker|http://apps.example.org/',
    '',
  ].join('\n');
  expect(mirrorsInTargets(output, 'debian')).toEqual([
    'http://one.example.org/debian',
    'http://two.example.org/debian',
  ]);
  expect(mirrorsInTargets(output, 'debian-security')).toEqual(['http://sec.example.org/debian-security']);
});
