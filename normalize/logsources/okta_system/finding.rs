//! What Okta itself found: ThreatInsight, reports of users, stolen tokens. Its actor and its source stand in the evidence.

use super::*;

const TITLE: usize = column_at("finding_info.title");
const CREATED: usize = column_at("finding_info.created_time");
const TYPES: usize = column_at("finding_info.types[]");
const IS_ALERT: usize = column_at("is_alert");
const USER_NAME: usize = column_at("evidences[].actor.user.name");
const USER_UID: usize = column_at("evidences[].actor.user.uid");
const USER_EMAIL: usize = column_at("evidences[].actor.user.email_addr");
const SESSION_UID: usize = column_at("evidences[].actor.session.uid");
const IP: usize = column_at("evidences[].src_endpoint.ip");
const HOST_DOMAIN: usize = column_at("evidences[].src_endpoint.domain");
const PROVIDER: usize = column_at("evidences[].src_endpoint.isp");
const SYSTEM_NUMBER: usize = column_at("evidences[].src_endpoint.autonomous_system.number");
const SYSTEM_NAME: usize = column_at("evidences[].src_endpoint.autonomous_system.name");
const TOWN: usize = column_at("evidences[].src_endpoint.location.city");
const LAND: usize = column_at("evidences[].src_endpoint.location.country");
const USER_AGENT: usize = column_at("evidences[].http_request.user_agent");
const DATA: usize = column_at("evidences[].data");

pub fn fill(kind: &str, about: &target::About, record: &Record, row: &mut Row) {
    let title = record.first(&[MESSAGE, FLAT_MESSAGE]);
    row.text(TITLE, record, title.as_deref().unwrap_or(kind));
    if let Some(time) = record.time(PUBLISHED).or_else(|| record.time(FLAT_PUBLISHED)) {
        row.number(CREATED, time);
    }
    row.truth(IS_ALERT, true);
    if row.wants_list(TYPES) {
        let cell = row.cell(record, kind);
        row.item(&[(TYPES, cell)]);
    }
    if row.wants_list(DATA) {
        evidence(about, record, row);
    }
}

fn evidence(about: &target::About, record: &Record, row: &mut Row) {
    let mut texts = Vec::new();
    if let Some(actor) = &about.actor {
        texts.extend([(USER_NAME, actor.name().cloned()), (USER_UID, actor.uid().cloned()), (USER_EMAIL, actor.email().cloned())]);
    }
    let address = address(about, record);
    // What is known of an address is of no use without it.
    let (is_somewhere, number) = (address.is_some(), as_number(record));
    if is_somewhere {
        texts.extend([
            (IP, address),
            (HOST_DOMAIN, known(record, &[DOMAIN, FLAT_DOMAIN]).filter(|domain| &**domain != ".")),
            (PROVIDER, known(record, &[ISP, FLAT_ISP])),
            (SYSTEM_NAME, known(record, &[AS_NAME, FLAT_AS_NAME])),
            (TOWN, known(record, &[CITY, FLAT_CITY])),
            (LAND, known(record, &[COUNTRY, FLAT_COUNTRY])),
        ]);
    }
    let data = record.all(DEBUG_DATA).find(|hit| hit.kind == JsonKind::Object);
    texts.extend([
        (SESSION_UID, session(record, &[SESSION, FLAT_SESSION])),
        (USER_AGENT, known(record, &[AGENT, FLAT_AGENT])),
        (DATA, data.map(|hit| record.text_of(hit))),
    ]);
    let mut cells: Vec<(usize, Cell)> = texts.into_iter().filter_map(|(column, text)| Some((column, row.cell(record, &text?)))).collect();
    cells.extend(number.filter(|_| is_somewhere).map(|number| (SYSTEM_NUMBER, Cell::Long(number))));
    if !cells.is_empty() {
        row.item(&cells);
    }
}
