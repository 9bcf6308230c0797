//! Emitters and the derived contracts they print, against folders of cases.

mod cases;
mod derive;
mod emit;
mod round_trip;
mod settings_code;
