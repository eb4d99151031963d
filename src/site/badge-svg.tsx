import { renderToString } from 'preact-render-to-string';
import type { BadgeFacts } from '../report/badge.ts';

const COLORS: Readonly<Record<BadgeFacts['color'], string>> = {
  brightgreen: '#1a7f37',
  yellow: '#8a6100',
  red: '#c9252d',
  lightgrey: '#6a737d',
};
/** Pixels of a character of 11 px in a common sans-serif font, and around a text. */
const CHARACTER = 6.7;
const PADDING = 12;
const HEIGHT = 20;

/** A badge as a picture that needs nothing else. */
export function badgeSvg({ label, message, color }: BadgeFacts): string {
  const [left, right] = [label, message].map((text) => Math.ceil(text.length * CHARACTER) + PADDING) as [
    number,
    number,
  ];
  const text = `${label}: ${message}`;
  const svg = (
    <svg xmlns="http://www.w3.org/2000/svg" width={left + right} height={HEIGHT} role="img" aria-label={text}>
      <title>{text}</title>
      <rect width={left + right} height={HEIGHT} rx="3" fill="#444" />
      <path d={`M${left} 0h${right - 3}a3 3 0 0 1 3 3v14a3 3 0 0 1-3 3H${left}z`} fill={COLORS[color]} />
      <g fill="#fff" text-anchor="middle" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">
        <text x={left / 2} y="14">
          {label}
        </text>
        <text x={left + right / 2} y="14">
          {message}
        </text>
      </g>
    </svg>
  );
  return `${renderToString(svg)}\n`;
}
