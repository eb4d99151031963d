import { STATUS_CODES } from 'node:http';
import { CancelledError, HostError, UsageError } from '../model/errors.ts';

/** A response that is not a success. `code` is stable; the message says what to do about it. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  /** Seconds after which the same may work; undefined: it will not by itself. */
  readonly retryAfter: number | undefined;

  constructor(status: number, code: string, message: string, options: { retryAfter?: number; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.status = status;
    this.code = code;
    this.retryAfter = options.retryAfter;
  }
}

/** What is not a file of ours to report: directories of absolute paths are left out. */
export function withoutDirectories(text: string): string {
  return text.replace(/(^|[\s"'`(=:])\/(?:[^\s"'`():;,/]+\/)+([^\s"'`():;,/]+)/g, '$1$2');
}

/** Responses of Fastify and its plugins that are not made here, by their codes. */
const FOREIGN: Readonly<Record<string, readonly [number, string]>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: [413, 'too_large'],
  FST_REQ_FILE_TOO_LARGE: [413, 'too_large'],
  FST_PARTS_LIMIT: [413, 'too_many_parts'],
  FST_FILES_LIMIT: [413, 'too_many_parts'],
  FST_FIELDS_LIMIT: [413, 'too_many_parts'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: [415, 'unsupported_media_type'],
  FST_INVALID_MULTIPART_CONTENT_TYPE: [415, 'unsupported_media_type'],
};

/** What went wrong, as a response. What no one foresaw is 500 without its words: they are for the log. */
export function problemOf(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof UsageError) return new ApiError(400, error.code, withoutDirectories(error.message));
  if (error instanceof CancelledError) return new ApiError(409, 'canceled', 'the job was canceled');
  if (error instanceof HostError) {
    const status = error.code === 'mirror_unreachable' ? 502 : 503;
    return new ApiError(status, error.code, withoutDirectories(error.message));
  }
  const { code = '', statusCode } = error as { code?: string; statusCode?: number };
  const [status, own] = FOREIGN[code] ?? [statusCode ?? 500, 'bad_request'];
  if (status >= 400 && status < 500) return new ApiError(status, own, withoutDirectories((error as Error).message));
  return new ApiError(500, 'internal_error', 'the server failed; its log has the reason under this request id', {
    cause: error,
  });
}

/** The body of such a response: RFC 9457 with the `error` text of earlier versions. */
export function problemBody({ status, code, message }: ApiError, requestId: string) {
  return {
    error: message,
    type: 'about:blank',
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail: message,
    code,
    request_id: requestId,
  };
}
