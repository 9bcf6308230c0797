//! Emitters and the derived contracts they print, against folders of cases.

mod cases;
mod derive;
mod emit;
mod round_trip;
mod settings;
mod settings_back;
mod settings_bash;
mod settings_code;
mod settings_trees;
