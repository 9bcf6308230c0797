//! The two sides: Polywire's plans of a type, and apache-avro's reader and writer of its schema.

use std::io::Read;
use std::panic::{AssertUnwindSafe, catch_unwind};

use apache_avro::Schema;
use apache_avro::reader::datum::GenericDatumReader;
use apache_avro::types::Value;
use apache_avro::writer::datum::GenericDatumWriter;
use polywire_contract::{Contract, TypeId};
use polywire_wire::{Compiler, Encoding, Passed, PlanId, PlanOptions, Plans, Refusal, Scratch};

/// Polywire.
pub(crate) struct Here {
    plans: Plans,
    scratch: Scratch,
    pub(crate) there: PlanId,
    pub(crate) back: PlanId,
    pub(crate) same: PlanId,
}

impl Here {
    pub(crate) fn new(contract: &Contract, ty: TypeId) -> Here {
        let (mut compiler, mut diags) = (Compiler::new(contract), Vec::new());
        let mut plan = |from, to| compiler.ty(ty.into(), from, to, &PlanOptions::default(), &mut diags);
        let made = [
            (Encoding::Json, Encoding::Avro),
            (Encoding::Avro, Encoding::Json),
            (Encoding::Avro, Encoding::Avro),
        ]
        .map(|(from, to)| plan(from, to));
        assert!(diags.is_empty(), "{}", diags[0].message);
        let [there, back, same] = made.map(|plan| plan.expect("no diagnostic says why not"));
        Here { plans: compiler.finish(), scratch: Scratch::default(), there, back, same }
    }

    pub(crate) fn run(&mut self, plan: PlanId, input: &[u8]) -> Result<Vec<u8>, Refusal> {
        let mut out = Vec::new();
        match self.plans.transcode(plan, input, &mut out, &mut self.scratch)? {
            Passed::Written => Ok(out),
            Passed::Same => Ok(input.to_vec()),
        }
    }
}

/// apache-avro.
pub(crate) struct There<'s> {
    schema: &'s Schema,
    reader: GenericDatumReader<'s>,
    writer: GenericDatumWriter<'s>,
}

impl<'s> There<'s> {
    pub(crate) fn new(schema: &'s Schema) -> There<'s> {
        let reader = GenericDatumReader::builder(schema).build().expect("a schema that was parsed");
        let writer = GenericDatumWriter::builder(schema).build().expect("a schema that was parsed");
        There { schema, reader, writer }
    }

    pub(crate) fn write(&self, value: Value) -> Vec<u8> {
        self.writer.write_value_to_vec(value).expect("a value of the schema")
    }

    /// What all the bytes say, or why they say nothing.
    pub(crate) fn read(&self, bytes: &[u8]) -> Result<Value, String> {
        let mut rest = bytes;
        let read = catch_unwind(AssertUnwindSafe(|| self.reader.read_value(&mut rest)));
        let value = read.map_err(|_| "panics".to_string())?.map_err(|error| {
            let said = format!("{:?}", error.details());
            said.split(['(', ' ', '{']).next().unwrap_or_default().to_string()
        })?;
        if !rest.is_empty() {
            return Err("bytes left".to_string());
        }
        // Where bytes end too early it reads nulls, also where no null may stand.
        if value.validate(self.schema) { Ok(value) } else { Err("nulls at the end".to_string()) }
    }

    /// Whether reading goes on where the bytes have ended.
    pub(crate) fn runs_out(&self, bytes: &[u8]) -> bool {
        let mut noting = Noting { rest: bytes, ran_out: false };
        let _ = self.reader.read_value(&mut noting);
        noting.ran_out
    }
}

struct Noting<'b> {
    rest: &'b [u8],
    ran_out: bool,
}

impl Read for Noting<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        self.ran_out |= self.rest.is_empty() && !out.is_empty();
        self.rest.read(out)
    }
}
