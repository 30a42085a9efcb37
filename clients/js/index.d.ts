// The types of the client; shapes of the API that it passes on are those of /openapi.json.

export type Language = 'zh' | 'zh-Hans' | 'en' | 'ja';
export type Phase =
  | 'idle' | 'asking' | 'queued' | 'waiting_for_model' | 'thinking' | 'writing' | 'complete' | 'error' | 'cancelled';

export interface Question {
  deity_id: string;
  question: string;
  deck_id?: string;
  fortune_number?: number;
  draw_id?: string;
  language?: Language;
  context?: Record<string, string>;
  end_user?: string;
}

export interface Lot {
  deity_id: string;
  deity: Partial<Record<Language, string>>;
  deck_id: string;
  deck: Partial<Record<Language, string>>;
  edition: string;
  version: string;
  number: number;
  title: string;
  grade?: string;
  tone?: 'good' | 'mixed' | 'warning';
  verse: string[];
  [more: string]: unknown;
}

export interface Accepted {
  task_id: string;
  status: string;
  lot: Lot;
  drawn: boolean;
  already_drawn: boolean;
  stream_url: string;
  status_url: string;
  cancel_url: string;
}

export interface Proof {
  commitment: string;
  secret: string;
  nonce: string;
  deck_id: string;
  version: string;
  count: number;
  number: number;
}

export interface Drawn {
  /** To ask with, as `draw_id`; none where the matter was asked with its lot before. */
  drawId?: string;
  number: number;
  lot: Lot | null;
  /** The matter had this lot before. */
  already: boolean;
  /** Whether the proof holds; null where nothing could be checked. */
  fair: boolean | null;
  proof: Proof | null;
}

export interface Check { check: string; passed: boolean }

export interface Section {
  id: string;
  index: number | null;
  state: 'waiting' | 'open' | 'sealed';
  title: string;
  text: string;
  origin: '' | 'model' | 'classic';
  checks: Check[];
}

export interface Notice { kind: 'safety' | 'rite' | 'fallback' | 'repair'; code: string; message: string }

export interface Source { id: string; kind: string; title: string; excerpt: string; score: number }

/** A reading at a moment. */
export interface State {
  phase: Phase;
  step: string;
  taskId: string;
  question: string;
  language: Language | '';
  lot: Lot | null;
  proof: Proof | null;
  notices: Notice[];
  sources: Source[];
  sections: Section[];
  /** The id of the section being written. */
  open: string;
  beat: { position?: number; elapsed?: number; estimate?: number; first?: number; at?: number } | null;
  stored: boolean;
  link: 'open' | 'lost';
  cancelling: boolean;
  result: Result | null;
  error: { code: string; message: string; retryAllowed: boolean } | null;
  /** The reading that this one follows. */
  follows: string;
  /** The question that follows this reading, where the document says so. */
  followedBy: string;
}

export interface Result {
  task_id: string;
  question: string;
  language: Language;
  lot: Lot;
  sources: Source[];
  notices: Notice[];
  sections: { section: string; index: number; title: string; text: string; origin: 'model' | 'classic'; checks: Check[] }[];
  text: string;
  model?: { provider: string; name: string };
  origin: 'model' | 'mixed' | 'classic';
  usage: { input_tokens: number; output_tokens: number; calls: number };
  timings: { queued_ms: number; first_token_ms: number | null; total_ms: number };
  attempts: number;
  disclaimer: string;
  follows?: string;
}

export interface StreamEvent { type: string; [more: string]: unknown }

export interface FollowOptions {
  onState?: (state: State, event: StreamEvent) => void;
  onEvent?: (event: StreamEvent) => void;
  signal?: AbortSignal;
}

export interface AskOptions { idempotencyKey?: string; signal?: AbortSignal }

/** A refusal; `status` 0 is a lost connection. */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly retryAfter: number;
  readonly taskId: string;
}

export class Kaucim {
  constructor(options?: {
    url?: string;
    key?: string;
    ticket?: (taskId: string) => string | Promise<string>;
    fetch?: typeof fetch;
  });
  openSession(): Promise<{ guest: boolean }>;
  deities(): Promise<{ id: string; name: Partial<Record<Language, string>>; decks: Record<string, unknown>[] }[]>;
  ask(question: Question, options?: AskOptions): Promise<Accepted>;
  followUp(taskId: string, question: string, options?: AskOptions & {
    language?: Language;
    context?: Record<string, string>;
    endUser?: string;
  }): Promise<Accepted>;
  draw(deityId: string, options?: {
    deckId?: string;
    question?: string;
    endUser?: string;
    nonce?: string;
    signal?: AbortSignal;
  }): Promise<Drawn>;
  task(taskId: string): Promise<Record<string, unknown>>;
  cancel(taskId: string): Promise<{ task_id: string; status: string }>;
  erase(taskId: string): Promise<unknown>;
  ticket(taskId: string): Promise<{ ticket: string; expires_at: string }>;
  follow(taskId: string, options?: FollowOptions): Promise<State>;
  read(question: Question, options?: AskOptions & FollowOptions): Promise<State>;
}

export const SECTIONS: readonly string[];
export const EVENTS: readonly string[];
export function initial(): State;
export function reduce(state: State, event: StreamEvent): State;
export function finished(state: State): boolean;
export function sealedCount(state: State): number;
export function holds(proof: Proof, subtle?: SubtleCrypto): Promise<boolean | null>;
