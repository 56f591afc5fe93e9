//! Tells Zed how to start loopscope: the one on the project's PATH, or the one that the settings name.

use zed_extension_api::{self as zed, settings::LspSettings, LanguageServerId, Result, Worktree};

struct Loopscope;

impl zed::Extension for Loopscope {
    fn new() -> Self {
        Self
    }

    fn language_server_command(&mut self, server: &LanguageServerId, worktree: &Worktree) -> Result<zed::Command> {
        let chosen = LspSettings::for_worktree(server.as_ref(), worktree)?.binary.and_then(|binary| binary.path);
        let command = chosen
            .or_else(|| worktree.which("loopscope"))
            .ok_or("loopscope is not on PATH: uv tool install loopscope, or set lsp.loopscope.binary.path")?;
        Ok(zed::Command { command, args: vec!["server".into()], env: worktree.shell_env() })
    }

    fn language_server_workspace_configuration(
        &mut self,
        server: &LanguageServerId,
        worktree: &Worktree,
    ) -> Result<Option<zed::serde_json::Value>> {
        let settings = LspSettings::for_worktree(server.as_ref(), worktree)?.settings.unwrap_or_default();
        Ok(Some(zed::serde_json::json!({ "loopscope": settings })))
    }
}

zed::register_extension!(Loopscope);
