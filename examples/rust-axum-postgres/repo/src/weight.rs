/// What a parcel costs to send, in cents: 3.90 for the first kilogram, 1.20 for each that follows.
pub fn price(grams: u32) -> u32 {
    let kilograms = grams.div_ceil(1000).max(1);
    390 + (kilograms - 1) * 120
}

#[cfg(test)]
mod tests {
    use super::price;

    #[test]
    fn every_started_kilogram_counts() {
        assert_eq!(price(0), 390);
        assert_eq!(price(1000), 390);
        assert_eq!(price(1001), 510);
        assert_eq!(price(5000), 870);
    }
}
