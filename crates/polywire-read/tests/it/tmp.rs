
#[test]
fn tmp() {
    let file = std::env::var("F").unwrap_or_default();
    if file.is_empty() { return; }
    let p = std::path::Path::new(&file);
    let t = std::time::Instant::now();
    let case = crate::cases::read(p.parent().unwrap(), p.file_name().unwrap().to_str().unwrap());
    println!("{:?} types {} ops {} diags {}", t.elapsed(), case.contract.types.len(), case.contract.operations.len(), case.diags.len());
    let r = case.rendered();
    println!("{}", &r[..r.len().min(9000)]);
    std::fs::write("/tmp/model.txt", polywire_contract::dump(&case.contract)).unwrap();
}
