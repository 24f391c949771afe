/**
 * What a host and the explorer share, as types. The package writes this data, and its modules say what is in it:
 * `model/log_schema.py` the log, `reading/facts.py` the facts, `web/view.py` the view, the controls and the legend,
 * `web/catalogue.py` what the page with every switch has, `web/answers.py` what a worker answers.
 *
 * A module names a type as `import("./types.js").View`, or gives it a name of its own with `@typedef`.
 */

// --- scenarios and switches ---------------------------------------------------------------------------------

/** The value of a switch. An integer that JavaScript's numbers cannot hold stays in digits. */
export type Value = string | number;

/** The values of switches by name: a whole scenario, or some of one. */
export type Scenario = Record<string, Value>;

/** A value that a switch can take. Only the page with every switch has its `meaning`. */
export interface Choice {
  value: Value;
  label: string;
  meaning?: string;
}

/** A condition without which a switch has no effect: one of the pairs of a switch and its values has to hold. */
export interface Need {
  either: [name: string, values: Value[]][];
  words: string;
}

/** A switch in the reader's hand. `choices` is empty if it is a number. */
export interface Control {
  name: string;
  label: string;
  help: string;
  unit: string;
  choices: Choice[];
  default: Value;
}

/** A switch as the page with every switch has it. Only a number has bounds, which are in digits, and places. */
export interface Switch extends Control {
  group: string;
  allowed: string;
  needs: Need[];
  low?: string;
  high?: string;
  places?: number;
}

/** Every default, and for a kernel version those that were others then. */
export interface Registry {
  defaults: Scenario;
  by_kernel: Record<string, Scenario>;
}

/** A named scenario: what it sets that is not at its default. */
export interface Preset {
  name: string;
  chapter: number;
  title: string;
  values: Scenario;
}

// --- a run --------------------------------------------------------------------------------------------------

/** What a path of the log can take: a word, a number, yes or no, or an object such as a console line. */
// biome-ignore lint/suspicious/noExplicitAny: a path says what its value is; the schema of the log has each
export type LogValue = any;

/** An assignment of state: paths, and the values that they take. */
export type Assignments = Record<string, LogValue>;

/** An event of a log. `cause` is the id of the event that caused it. */
export interface Event {
  id: string;
  t_ns: number;
  kind: string;
  cause: string | null;
  set: Assignments;
}

/** The events in columns of equal length. */
export interface Columns {
  id: string[];
  t_ns: number[];
  kind: string[];
  cause: (string | null)[];
  set: Assignments[];
}

/** A `kexecdoc-log/1`. */
export interface Log {
  schema: string;
  scenario: Scenario;
  start: Assignments;
  events: Columns;
}

/** A line of the console, the value of a path `console/K`. */
export interface ConsoleLine {
  kernel: string;
  text: string;
  message: string | null;
}

/** What becomes of a device's attempt to write. */
export type Result = "landed" | "missed" | "faulted" | "stopped";

/** What a log tells, found once in `reading/facts.py`. `i` is an event's index in the log; null is what never happens. */
export interface Facts {
  /** The first event of what runs after the old kernel. */
  jump: number | null;
  /** The next kernel's first event. */
  entry: number | null;
  userspace: number | null;
  /** The events of a step are `from` and those after it, up to but not including `end`. */
  steps: { name: string; from: number; end: number }[];
  /** What runs. It begins in event `from`, or with the log, and from t0 to t1 it is there. */
  phases: { name: string; from: number; t0: number; t1: number }[];
  /** Leftover writes. `frame` is where one landed. */
  leftovers: { i: number; result: Result; frame: number | null }[];
  /** Writes before the jump that did not reach what the driver meant. */
  astray: { i: number; result: Result }[];
  /** Events in which an owner found a frame wrong. */
  spoilt: { i: number }[];
  /** Events that wrote what an owner found wrong, each with the event in which that was found first. */
  harm: { i: number; found: number }[];
  /** Every change of a pending bit. */
  pending: { i: number; cpu: number; intid: number; value: number; base: number; flip: boolean }[];
  /** Interrupts that nobody had handed out. */
  strays: { i: number }[];
  /** Commands that were waited for in vain, and how long. */
  waits: { i: number; lost: number }[];
  /** Times in which a CPU does nothing but handle interrupts. */
  storms: { i: number; t0: number; t1: number }[];
  /** When the IOMMU is off although the device uses I/O virtual addresses. */
  iommu_off: { t0: number; t1: number }[];
  /** The event from which on an IOMMU translates as the next kernel has mapped it. */
  remapped: number | null;
  /** The number of the interrupt line. */
  line: number | null;
  /** Whoever owns a frame at any time. */
  owners: string[];
  /** The event that matters: where an explorer opens. */
  matters: number;
}

/** A pending bit that a leftover interrupt flipped in memory that is somebody else's. */
export interface Flip {
  intid: number;
  [about: string]: LogValue;
}

/** A `kexecdoc-run/1` without the console, which the log has. */
export interface RunSummary {
  schema: string;
  scenario: Scenario;
  verdict: { outcome: string; summary: string };
  reached_userspace: boolean;
  time_ms: Record<"shutdown" | "jump" | "boot" | "total", number | null>;
  dma: {
    attempted: number;
    stopped_by_bus_master: number;
    faulted: number;
    missed: number;
    landed: number;
    landed_in: Record<string, number>;
    frames_corrupted: number;
    astray_before_jump: number;
  };
  msi: Record<"sent" | "stopped_by_bus_master" | "faulted" | "missed" | "landed" | "delivered", number>;
  lpi: { bits_recorded: number; bits_flipped: number; flips: Flip[]; tables: string; msi_usable: boolean };
  irq: { storm: boolean; line_disabled: boolean; unhandled: number | null; stray_vectors: number };
  dump: string | null;
  callbacks: { device: string; callback: string; ms: number | null; frames_freed: number; driver: string }[];
}

/** All that is drawn of a run. `what_if` says what of its scenario its kernel never had. */
export interface View {
  log: Log;
  run: RunSummary;
  facts: Facts;
  what_if: string[];
}

// --- the words for what is drawn ----------------------------------------------------------------------------

/** What is drawn, in words. `mark` is the pattern that an owner has besides its colour. */
export interface Legend {
  owners: Record<string, { label: string; mark: string }>;
  outcomes: Record<string, { sign: string; meaning: string }>;
  phases: string[];
  memory: { base: number; frame: number; frames: number; columns: number };
  /** What the shutdown callback does, in a sentence. */
  shutdown: string;
}

/** What a message of the console means, and where it comes from. */
export interface Message {
  meaning: string;
  where: string;
  mechanism: string;
}

// --- the model ----------------------------------------------------------------------------------------------

/** What starts the clock of two machines. */
export type Clock = "call" | "jump";

/**
 * What an address holds of an explorer: whatever the reader chose.
 *
 * `at` is the moment: `start`, `end` or the id of an event, with `b:` before it if it is the second machine's; empty,
 * it is the one that matters. `frame` is the frame that is asked, or -1. `other` is empty if there is one machine.
 */
export interface ReaderState {
  scenario: Scenario;
  other: Scenario;
  at: string;
  frame: number;
  clock: Clock;
}

/** How far a Python in the page is. `reason` says why there is none. */
export interface EngineState {
  phase: "off" | "starting" | "ready" | "failed";
  loaded: number;
  total: number;
  reason?: string;
}

/** What was asked for and did not come. */
export interface Missed {
  wanted: Partial<Pick<ReaderState, "scenario" | "other">>;
  problem: Error;
}

/** A file that a worker loads. */
export interface EngineFile {
  url: string;
  bytes: number;
}

/** What `machine.json` says of the Python that a page can run. `total` and `compressed` are bytes. */
export interface EngineFiles {
  index: string;
  python: string;
  info: Record<string, LogValue>;
  modules: EngineFile[];
  stdlib: string;
  wheels: { url: string }[];
  total: number;
  compressed: number;
}

/** What the model of every host has. */
export interface ExplorerState extends ReaderState {
  /** Which explorer this is. */
  name: string;
  /** Its name in an address: `just-a-branch.2` is the second of that name on a page. */
  place: string;
  /** The address of the page, or "". */
  page: string;
  controls: Control[];
  messages: Record<string, Message>;
  legend: Legend;
  /** What the chapter sets. */
  base: Scenario;
  defaults: Scenario;
  by_kernel: Record<string, Scenario>;
  /** Whether the machine has a device, or a switch, that is not the package's. */
  own: boolean;
  /** The runs; null until the host has answered. */
  view: View | null;
  other_view: View | null;
  /** What the reader has to be told: what failed, and what of a link was left out. */
  error: string;
  notice: string;
}

/** What the model has besides where every switch is in hand (panel.js). */
export interface PanelState {
  controls: Switch[];
  presets: Preset[];
  /** What the chapters are called, and where they are. */
  chapters: Record<string, { title: string; url: string }>;
  /** The address of the table of switches, each with its name as an anchor. */
  reference: string;
}

/** What the model has besides where a page can run Python (engine.js, loading.js, study.js). */
export interface PythonState {
  engine: EngineState;
  files: EngineFiles;
  /** Milliseconds that the last run took. */
  took: number | null;
  missed: Missed | null;
  /** Which switches were found to have no effect; `key` is that of the scenario (registry.js). */
  idle: { key: string; idle: Record<string, boolean> } | null;
  /** How many seeds a study can have, as a control. */
  seeds: Switch;
}

/** Every key of the model. Those of a panel, of Python and of a page are there only if the host has them. */
export type ModelState = Omit<ExplorerState, "controls"> & {
  controls: Switch[];
  /** The address of the page with every switch, or "". */
  machine_page: string;
} & Omit<PanelState, "controls"> &
  PythonState;

/** A model of anywidget's protocol. A host's own may answer before it is asked, and be trusted to answer at all. */
export interface Model {
  get<Key extends keyof ModelState>(name: Key): ModelState[Key];
  set<Key extends keyof ModelState>(name: Key, value: ModelState[Key]): void;
  on(event: `change:${keyof ModelState}`, listener: () => void): void;
  off(event: `change:${keyof ModelState}`, listener: () => void): void;
  save_changes(): void;
  /** For each run that one flip of a switch leads to, a function that promises its view. */
  nearby?(): (() => Promise<Answer>)[];
  /** Whether the host sees to its own silence. */
  patient?: boolean;
}

// --- what a worker says -------------------------------------------------------------------------------------

/** What can be asked of a worker: `KINDS` of `web/answers.py`. */
export type Kind = "run" | "study" | "idle";

/** What a worker is told to load. */
export type Loads = Pick<EngineFiles, "index" | "info" | "modules" | "stdlib" | "wheels">;

/** What a page says to a worker: first what to load, then what it asks, and what it does not want any more. */
export type ToWorker =
  | { start: Loads; stop?: undefined }
  | { start?: undefined; stop: number }
  | { start?: undefined; stop?: undefined; id: number; kind: Kind; request: unknown };

/** What a worker says while it starts: the bytes so far, that it is ready, or why it is not. */
export type FromStart = { id?: undefined; loaded?: number; ready?: boolean; failed?: string };

/** What a worker says of a request: each answer as a text, then that it is done, or what went wrong. */
export type FromRequest = {
  id: number;
  text?: string;
  done?: boolean;
  ms?: number;
  heap?: number | null;
  failed?: string;
};

/** A study as it is asked for: `values` of the switch `vary`, or of none, each with so many seeds. */
export interface StudyRequest {
  vary: string;
  values: string[];
  seeds: string;
}

/** A row of a study: of the runs with one value how many had each outcome, and the first seed that had it. */
export interface StudyRow {
  values: string[];
  runs: number;
  outcomes: Record<string, { runs: number; seed: string }>;
  /** How many were corrupted or worse, and between which shares they would most probably lie. */
  bad: number;
  interval: [low: number, high: number];
}

/** A study as far as it is counted, or what is wrong with the request. `occurring` are the outcomes of any run. */
export type StudyAnswer =
  | { error: string }
  | { error?: undefined; done: number; of: number; occurring: string[]; rows: StudyRow[] };

/** A request under way: the promise of the milliseconds that it took, and how to end it. */
export interface Request {
  over: Promise<number>;
  stop(): void;
}

/** What a host that runs Python in the page can do. */
export interface PythonTools {
  cancel(): void;
  ask(kind: Kind, request: unknown, hear: (text: string) => void): Request;
}

// --- what a part of the explorer is given -------------------------------------------------------------------

/** What a panel of switches, or a part below the picture, is given to read and to act with. */
export interface PanelStore {
  model: Model;
  /** Begins the ids of the elements of this explorer. */
  uid: string;
  /** The state before the reader leapt to other settings. */
  left: (Omit<ReaderState, "other"> & { other: Scenario | null }) | null;
  legend(): Legend;
  registry(): Registry;
  /** The second machine's scenario, if there is one. */
  other(): Scenario | null;
  /** The machines that there are. */
  sides(): Side[];
  set(settings: Partial<ReaderState>): void;
  /** Set, and remember what was set before. */
  leap(settings: Partial<ReaderState>): void;
  choose(side: Side, scenario: Scenario): void;
}

/** Which machine is meant: the first, or the one that it is compared with. */
export type Side = "scenario" | "other";

/** What comes of a scenario that was asked for: its view, or what is wrong with it; null if it was called off. */
export type Answer = View | { error: string } | null;
