/** The server process: which Python runs it, starting, stopping, and starting again after a crash. */

import * as path from "node:path";
import * as vscode from "vscode";
import {
  CloseAction,
  type ConfigurationParams,
  DidChangeConfigurationNotification,
  ErrorAction,
  ExecuteCommandRequest,
  LanguageClient,
  RevealOutputChannelOn,
  type StaticFeature,
  State as ClientState,
} from "vscode-languageclient/node";

import { chooseInterpreter, type Chosen, explainNotFound, type NotFound } from "./interpreter";
import { askPython, findOnPath } from "./probe";
import { activeInterpreter } from "./pythonExtension";
import { Restarts } from "./restarts";
import { importStrategy, interpreterSetting, SECTION, serverSettings } from "./settings";

/** What the status item shows. */
export type State =
  | { readonly kind: "starting" | "stopped" }
  | { readonly kind: "running"; readonly interpreter: Chosen }
  | { readonly kind: "waiting"; readonly seconds: number }
  | { readonly kind: "failed"; readonly message: string };

export const SELECTOR = [
  { scheme: "file", language: "python" },
  { scheme: "untitled", language: "python" },
  {
    scheme: "file",
    pattern: "**/{pytest.ini,.pytest.ini,pytest.toml,.pytest.toml,pyproject.toml,tox.ini,setup.cfg,loopscope.toml}",
  },
];

/** The command that code lenses carry; announced to the server, registered in `commands.ts`. */
export const SHOW_REFERENCES = "loopscope.showReferences";

/** One server for the whole window. Starts and stops follow each other, they never overlap. */
export class Server implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<State>();
  readonly onDidChange = this.changed.event;
  private readonly restarts = new Restarts();
  private client: LanguageClient | undefined;
  private interpreter: Chosen | undefined;
  private current: State = { kind: "stopped" };
  private queue: Promise<void> = Promise.resolve();
  private retry: NodeJS.Timeout | undefined;

  constructor(
    private readonly extension: vscode.ExtensionContext,
    private readonly log: vscode.LogOutputChannel,
  ) {}

  get state(): State {
    return this.current;
  }

  /** Start, or start again, because of `why`, which goes to the log. */
  restart(why: string): Promise<void> {
    this.restarts.forget();
    return this.enqueue(() => this.restartNow(why));
  }

  stop(): Promise<void> {
    return this.enqueue(() => this.stopNow());
  }

  /** Another environment became active: the server is told, and started again when it should run on that one. */
  environmentChanged(): Promise<void> {
    return this.enqueue(async () => {
      const chosen = await this.choose();
      const same = chosen.kind === "chosen" && chosen.executable === this.interpreter?.executable;
      if (same && this.client?.state === ClientState.Running) {
        await this.askAgain(this.client);
      } else {
        this.restarts.forget();
        await this.restartNow("the Python environment has changed");
      }
    });
  }

  /** Tells a running server that settings have changed which it does not watch itself. */
  async settingsChanged(): Promise<void> {
    await this.queue;
    // A client that does not run yet, or no more, would be started by a notification.
    if (this.client?.state === ClientState.Running) {
      await this.askAgain(this.client);
    }
  }

  /** The answer of a command of the server; undefined when no server runs. Rejects when the server refuses. */
  async execute<T>(command: string, ...args: unknown[]): Promise<T | undefined> {
    await this.queue;
    if (this.client?.state !== ClientState.Running) {
      return undefined;
    }
    return (await this.client.sendRequest(ExecuteCommandRequest.type, { command, arguments: args as never[] })) as T;
  }

  /** Between LSP's values and VS Code's. */
  get converter(): LanguageClient["protocol2CodeConverter"] | undefined {
    return this.client?.protocol2CodeConverter;
  }

  dispose(): void {
    clearTimeout(this.retry);
    this.changed.dispose();
  }

  /** Lets the server ask for its settings again. */
  private askAgain(client: LanguageClient): Promise<void> {
    return client.sendNotification(DidChangeConfigurationNotification.type, { settings: null });
  }

  private enqueue(job: () => Promise<void>): Promise<void> {
    const done = this.queue.then(job);
    this.queue = done.catch((error: unknown) => this.fail(`The server cannot be started: ${String(error)}`));
    return this.queue;
  }

  private async restartNow(why: string): Promise<void> {
    this.log.info(`Starting the server: ${why}.`);
    await this.stopNow();
    await this.startNow();
  }

  private async startNow(): Promise<void> {
    this.become({ kind: "starting" });
    const chosen = await this.choose();
    if (chosen.kind === "none") {
      this.fail(explainNotFound(chosen), true);
      return;
    }
    this.interpreter = chosen;
    this.log.info(`The server runs on Python ${chosen.version.join(".")}, ${chosen.executable} (${ORIGINS[chosen.origin]}).`);
    const client = this.newClient(chosen);
    this.client = client;
    try {
      await client.start();
    } catch (error) {
      // A process that ended at once was reported by `closed` as well; the retry there is the only one.
      this.log.error(`The server did not start: ${String(error)}`);
      await client.dispose().catch(() => undefined);
      this.crashed(client);
      return;
    }
    if (this.client === client && client.state === ClientState.Running) {
      this.become({ kind: "running", interpreter: chosen });
    }
  }

  private async stopNow(): Promise<void> {
    clearTimeout(this.retry);
    const client = this.client;
    this.client = undefined;
    this.become({ kind: "stopped" });
    if (client !== undefined && client.state !== ClientState.Stopped) {
      await client.stop().catch((error: unknown) => this.log.warn(`Stopping the server: ${String(error)}`));
    }
    await client?.dispose().catch(() => undefined);
  }

  private newClient(chosen: Chosen): LanguageClient {
    const client: LanguageClient = new QuietClient(
      SECTION,
      "loopscope",
      { command: chosen.executable, args: this.serverArguments(), options: { cwd: this.bundled() } },
      {
        documentSelector: SELECTOR,
        outputChannel: this.log,
        revealOutputChannelOn: RevealOutputChannelOn.Never,
        middleware: { workspace: { configuration: answerConfiguration } },
        initializationFailedHandler: () => false,
        errorHandler: {
          error: (error) => ({ action: ErrorAction.Continue, message: error.message, handled: true }),
          closed: () => {
            this.crashed(client);
            return { action: CloseAction.DoNotRestart, message: "The server process has ended.", handled: true };
          },
        },
      },
    );
    client.registerFeature(announceCommands());
    return client;
  }

  /** A process that ended by itself: the next one comes after a while, unless that happened too often. */
  private crashed(client: LanguageClient): void {
    if (this.client !== client) {
      return;
    }
    this.client = undefined;
    const delay = this.restarts.afterCrash();
    if (delay === undefined) {
      this.fail("The loopscope server ended several times in a row; its log says why.");
      return;
    }
    this.log.warn(`The server process has ended; it is started again in ${delay / 1000} s.`);
    this.become({ kind: "waiting", seconds: delay / 1000 });
    this.retry = setTimeout(() => void this.enqueue(() => this.startAgain()), delay);
  }

  /** Unless something else has started or stopped the server meanwhile. */
  private async startAgain(): Promise<void> {
    if (this.current.kind === "waiting") {
      await this.startNow();
    }
  }

  private choose(): Promise<Chosen | NotFound> {
    const trusted = vscode.workspace.isTrusted;
    const folders = (vscode.workspace.workspaceFolders ?? []).map((one) => one.uri);
    const untrusted = trusted ? [] : folders.map((one) => one.fsPath);
    return chooseInterpreter({
      setting: interpreterSetting(),
      active: async () => (trusted ? activeInterpreter(folders[0]) : undefined),
      onPath: (name) => findOnPath(name, process.env, untrusted),
      ask: (executable) => askPython(executable, this.bundled()),
      passedOver: (reason) => this.log.warn(reason),
    });
  }

  private serverArguments(): string[] {
    const script = path.join(this.bundled(), "run_server.py");
    // Bundled: isolated, and nothing that the environment starts by itself. Else the environment as it is.
    return importStrategy() === "useBundled" ? ["-I", "-S", script] : ["-P", script, "--from-environment"];
  }

  private bundled(): string {
    return this.extension.asAbsolutePath("bundled");
  }

  private become(state: State): void {
    this.current = state;
    this.changed.fire(state);
  }

  private fail(message: string, needsInterpreter = false): void {
    this.log.error(message);
    this.become({ kind: "failed", message });
    const first = needsInterpreter ? "Choose Interpreter" : "Restart";
    void vscode.window.showErrorMessage(message, first, "Show Logs").then((answer) => {
      if (answer !== undefined) {
        const chosen = needsInterpreter ? "loopscope.chooseInterpreter" : "loopscope.restart";
        void vscode.commands.executeCommand(answer === first ? chosen : "loopscope.showLogs");
      }
    });
  }
}

/** A client whose complaints go to the log only: what the user must know is told by `Server`. */
class QuietClient extends LanguageClient {
  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }
}

const ORIGINS = {
  setting: "from the setting loopscope.interpreter",
  pythonExtension: "the Python extension's environment",
  path: "found on PATH",
};

/** Answers `workspace/configuration`: loopscope's settings, and for `python` the interpreter that is active there. */
async function answerConfiguration(params: ConfigurationParams): Promise<unknown[]> {
  return Promise.all(
    params.items.map(async ({ section, scopeUri }) => {
      const scope = scopeUri === undefined ? undefined : vscode.Uri.parse(scopeUri);
      if (section === SECTION) {
        return serverSettings(scope);
      }
      const active = section === "python" && vscode.workspace.isTrusted ? await activeInterpreter(scope) : undefined;
      return active === undefined ? null : { pythonPath: active };
    }),
  );
}

/** Tells the server which of the client's commands it may put behind a code lens. */
function announceCommands(): StaticFeature {
  return {
    fillClientCapabilities: (capabilities) => {
      capabilities.experimental = { commands: { commands: [SHOW_REFERENCES] } };
    },
    initialize: () => undefined,
    getState: () => ({ kind: "static" }),
    clear: () => undefined,
  };
}
