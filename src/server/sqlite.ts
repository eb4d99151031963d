import { setFlagsFromString } from 'node:v8';

type Value = string | number;
export type Row = Readonly<Record<string, Value>>;

/** A database of SQLite, as far as we need one. All of it happens at once: nothing is awaited. */
export interface Sqlite {
  exec(sql: string): void;
  run(sql: string, values: readonly Value[]): void;
  all(sql: string, values?: readonly Value[]): readonly Row[];
  close(): void;
}

interface Statement {
  run(values: readonly Value[]): unknown;
  all(values: readonly Value[]): unknown;
}

/** What we use of `node:sqlite`, which the types of our oldest Node.js do not have. */
interface BuiltIn {
  readonly DatabaseSync: new (
    path: string,
  ) => {
    exec(sql: string): void;
    prepare(sql: string): { run(...values: readonly Value[]): unknown; all(...values: readonly Value[]): unknown };
    close(): void;
  };
}

/** The SQLite that Node.js brings along since version 22; undefined where it has none. */
function builtIn(): BuiltIn | undefined {
  const { getBuiltinModule } = process as { getBuiltinModule?: (name: string) => unknown };
  // Node.js says at the first use that it may still change; the log of a server is no place for that.
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    return getBuiltinModule?.('node:sqlite') as BuiltIn | undefined;
  } finally {
    process.emitWarning = emitWarning;
  }
}

function withStatements(
  database: { exec(sql: string): void; close(): void },
  prepare: (sql: string) => Statement,
): Sqlite {
  // Each is made once: the portable SQLite keeps what was prepared until the end.
  const known = new Map<string, Statement>();
  const statement = (sql: string): Statement => {
    const own = known.get(sql) ?? prepare(sql);
    known.set(sql, own);
    return own;
  };
  return {
    exec: (sql) => database.exec(sql),
    run: (sql, values) => void statement(sql).run(values),
    all: (sql, values = []) => statement(sql).all(values) as Row[],
    close: () => database.close(),
  };
}

/**
 * Opens a database, or makes one. It is of this process alone.
 * @param own the SQLite of Node.js; undefined: the portable one
 * @throws what SQLite throws for a file that is none
 */
export async function openSqlite(path: string, own = builtIn()): Promise<Sqlite> {
  if (own !== undefined) {
    const database = new own.DatabaseSync(path);
    return withStatements(database, (sql) => {
      const statement = database.prepare(sql);
      return { run: (values) => statement.run(...values), all: (values) => statement.all(...values) };
    });
  }
  // To compile it twice, the second time for speed, takes a server at rest another 15 MB.
  setFlagsFromString('--liftoff-only');
  const { default: portable } = await import('node-sqlite3-wasm');
  const database = new portable.Database(path);
  return withStatements(database, (sql) => {
    const statement = database.prepare(sql);
    return { run: (values) => statement.run([...values]), all: (values) => statement.all([...values]) };
  });
}
