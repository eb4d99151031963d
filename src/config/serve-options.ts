import { UsageError } from '../model/errors.ts';
import { option, phrase } from '../model/wording.ts';
import type { ValuesOf } from './options.ts';
import { quoted } from './words.ts';

/** The options of `serve`, checked. */
export interface ServeArguments extends Omit<ValuesOf<'serve'>, 'addr'> {
  readonly host: string;
  readonly port: number;
  /** Only programs on this machine reach it. */
  readonly loopback: boolean;
}

/** Whether an address is only reached from this machine. */
function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host);
}

function addressOf(text: string): { readonly host: string; readonly port: number } {
  const [, bracketed, plain = '', digits = ''] = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]]*)):(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  if (digits === '' || port > 65_535) {
    throw new UsageError(
      'bad_address',
      phrase`${option('addr')} ${quoted(text)} is not an address; write HOST:PORT, for example 127.0.0.1:8080`,
    );
  }
  // As in earlier versions, where a port alone meant every address.
  return { host: bracketed ?? (plain || '::'), port };
}

/** @throws UsageError for an address that cannot be read, and for one beyond this machine without TLS */
export function checkServeOptions({ addr, ...values }: ValuesOf<'serve'>): ServeArguments {
  const { host, port } = addressOf(addr);
  const loopback = isLoopback(host);
  if ((values.tlsCert === '') !== (values.tlsKey === '')) {
    throw new UsageError(
      'flag_conflict',
      phrase`${option('tls-cert')} and ${option('tls-key')} belong together; give both`,
    );
  }
  if (!loopback && values.tlsCert === '' && !values.behindProxy) {
    throw new UsageError(
      'tls_missing',
      phrase`${option('addr')} ${addr} is reached from other machines: give ${option('tls-cert')} and ${option('tls-key')}, or ${option('behind-proxy')} where a proxy does TLS; 127.0.0.1:${port} needs neither`,
    );
  }
  return { ...values, host, port, loopback };
}
