//! Rejects as NDJSON: OCSF Base Event (class 0) with the bytes and the reason.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use event::{Reject, ocsf};
use sha2::{Digest, Sha256};

use crate::write::{SHOWN, key, member, name, number, object, string};

const HEAD: &str = concat!(
    r#"{"time":0,"class_uid":0,"category_uid":0,"activity_id":0,"type_uid":0,"severity_id":1,"status_id":2,"#,
    r#""class_name":"Base Event","category_name":"Uncategorized","activity_name":"Unknown","type_name":"Base Event: Unknown","#,
    r#""severity":"Informational","status":"Failure""#
);

/// Appends one line.
pub fn write(reject: &Reject, out: &mut Vec<u8>) {
    out.extend_from_slice(HEAD.as_bytes());
    member(name!("status_code"), reject.reason.code(), out);
    let detail = if reject.detail.is_empty() { String::new() } else { format!(": {}", reject.detail) };
    member(name!("status_detail"), &format!("{}{detail}", reject.reason.sentence()), out);
    let place = format!("{}:{}", reject.place.partition, reject.place.offset);
    member(name!("message"), &format!("{place}: {}{detail}", reject.reason.sentence()), out);
    object(name!("metadata"), out, |out| {
        member(name!("version"), ocsf::VERSION, out);
        let digest = Sha256::new().chain_update(&place).chain_update(reject.reason.code()).chain_update(&reject.bytes).finalize();
        member(name!("uid"), &digest[..16].iter().map(|byte| format!("{byte:02x}")).collect::<String>(), out);
        object(name!("product"), out, |out| {
            member(name!("name"), "isobar", out);
            member(name!("vendor_name"), "isobar", out);
            member(name!("version"), env!("CARGO_PKG_VERSION"), out);
        });
        if let Some(source) = reject.log_source {
            member(name!("log_name"), source.0, out);
        }
        member(name!("log_source"), &reject.place.partition, out);
    });
    let text = std::str::from_utf8(&reject.bytes);
    key(name!("raw_data"), out);
    match text {
        Ok(text) => string::<SHOWN>(text, out),
        Err(_) => string::<SHOWN>(&STANDARD.encode(&reject.bytes), out),
    }
    number(name!("raw_data_size"), reject.length as i64, out);
    if let Some(hash) = reject.sha256.or_else(|| text.is_err().then(|| Sha256::digest(&reject.bytes).into())) {
        object(name!("raw_data_hash"), out, |out| {
            number(name!("algorithm_id"), 3, out);
            member(name!("algorithm"), "SHA-256", out);
            member(name!("value"), &hash.iter().map(|byte| format!("{byte:02x}")).collect::<String>(), out);
        });
    }
    object(name!("unmapped"), out, |out| {
        member(name!("file"), &reject.place.partition, out);
        number(name!("offset"), reject.place.offset as i64, out);
        member(name!("encoding"), if text.is_ok() { "utf-8" } else { "base64" }, out);
        if (reject.bytes.len() as u64) < reject.length {
            number(name!("kept_bytes"), reject.bytes.len() as i64, out);
        }
    });
    out.extend_from_slice(b"}\n");
}
