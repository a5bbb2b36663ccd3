//! How questions look. One accent, the same as around them, no boxes: what was asked and answered stays above as plain lines, which a screen
//! reader reads once and a narrow terminal wraps.

use inquire::ui::{Attributes, Color, ErrorMessageRenderConfig, IndexPrefix, RenderConfig, StyleSheet, Styled};

use crate::surroundings::Surroundings;

/// Sets the look for all questions; without colours where nobody wants them (<https://no-color.org>).
pub(crate) fn dress(surroundings: &Surroundings) {
    let plain = surroundings.get("NO_COLOR").is_some() || surroundings.text("TERM") == Some("dumb");
    inquire::set_global_render_config(config(plain));
}

fn config(plain: bool) -> RenderConfig<'static> {
    let with = |color: Color| if plain { StyleSheet::new() } else { StyleSheet::new().with_fg(color) };
    let mark = |text: &'static str, color: Color| Styled::new(text).with_style_sheet(with(color));
    let bold = StyleSheet::new().with_attr(Attributes::BOLD);
    RenderConfig {
        prompt: bold,
        prompt_prefix: mark("  ?", Color::DarkCyan),
        answered_prompt_prefix: mark("  ✓", Color::DarkGreen),
        canceled_prompt_indicator: mark("back", Color::DarkGrey),
        answer: with(Color::DarkCyan),
        default_value: with(Color::DarkGrey),
        placeholder: with(Color::DarkGrey),
        help_message: with(Color::DarkGrey),
        highlighted_option_prefix: mark("  ›", Color::DarkCyan),
        scroll_up_prefix: mark("  ↑", Color::DarkGrey),
        scroll_down_prefix: mark("  ↓", Color::DarkGrey),
        unhighlighted_option_prefix: Styled::new("   "),
        selected_option: Some(with(Color::DarkCyan)),
        option_index_prefix: IndexPrefix::None,
        error_message: ErrorMessageRenderConfig::default_colored()
            .with_prefix(mark("  ✗", Color::DarkRed))
            .with_message(with(Color::DarkRed)),
        ..RenderConfig::empty()
    }
}
