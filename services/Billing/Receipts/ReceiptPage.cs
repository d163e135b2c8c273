using System.Globalization;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Receipts;

/// <summary>A receipt in words, ready to be drawn on whatever there is: its head, and sections of lines with amounts.</summary>
internal sealed record ReceiptPage(string Title, IReadOnlyList<ReceiptFact> Facts, IReadOnlyList<ReceiptSection> Sections, string Foot)
{
    static readonly Dictionary<string, string> Labels = new(StringComparer.Ordinal)
    {
        ["base"] = "Base fare",
        ["mta-tax"] = "MTA tax",
        ["pickup-distance"] = "Way to the pickup",
        ["driver-discount"] = "Discount by the driver",
        [nameof(PaymentMethodKind.Qr)] = "Scanned code",
        [nameof(TransferKind.CreditUsed)] = "Credit set off",
        [nameof(TransferKind.CreditArisen)] = "Credited for your next rides",
        [nameof(TransferKind.Refund)] = "Refunded",
        [nameof(TransferKind.SetOff)] = "Set off against your bank's chargeback",
        [nameof(TransferKind.WriteOff)] = "Written off",
        [nameof(TransferKind.Void)] = "Taken back",
    };

    /// <summary>The receipt in the time and money of its city.</summary>
    public static ReceiptPage Of(Receipt receipt, City city) => new(
        receipt.For is ReceiptFor.Passenger ? "Receipt" : "Earning",
        FactsOf(receipt, city),
        [FareOf(receipt), .. AdjustmentsOf(receipt, city), MovementsOf(receipt, city), .. TipOf(receipt)],
        $"Tariff {receipt.Policy.Name}, version {receipt.Policy.Version.ToString(CultureInfo.InvariantCulture)}. Fare {receipt.FareId}.");

    static List<ReceiptFact> FactsOf(Receipt receipt, City city)
    {
        List<ReceiptFact> facts =
        [
            new(receipt.Kind is FareKind.Ride ? "Ride" : "Cancelled ride", receipt.RideId.ToString()),
            new("City", $"{city.Name}, {receipt.VehicleClass}"),
            new("Issued", receipt.IssuedAt.Local(city.TimeZone)),
        ];
        if (receipt.Kind is FareKind.Ride)
        {
            if (receipt is { StartedAt: { } from, EndedAt: { } to }) facts.Add(new("Driven", $"{from.Local(city.TimeZone)} to {to.Local(city.TimeZone)}"));
            facts.Add(new("Way", $"{LocalFormats.Kilometres(receipt.DistanceMetres)}, {LocalFormats.Minutes(receipt.DurationSeconds)}"));
        }

        if (receipt.PromotionNotApplied is { } promotion) facts.Add(new("Promotion", $"{promotion} was used up and is not applied"));
        if (receipt.Subscription is { } plan) facts.Add(new("Commission", $"None, because of your subscription {plan}"));

        facts.Add(new("Payment", $"{Label(receipt.PaidWith)}, {Label(receipt.Settlement).ToLowerInvariant()}"));
        return facts;
    }

    static ReceiptSection FareOf(Receipt receipt)
    {
        List<ReceiptLine> lines = [.. receipt.Lines.Select(line => new ReceiptLine(Label(line.Code), line.Amount.Local()))];
        lines.Add(new(receipt.For is ReceiptFor.Passenger ? "Total" : "Your earning", receipt.Total.Local(), IsSum: true));
        return new("Fare", lines);
    }

    static IEnumerable<ReceiptSection> TipOf(Receipt receipt)
    {
        if (receipt is { For: ReceiptFor.Passenger, GivenAfterwards: { } tip }) yield return new("Beside the fare", [new("Given to your driver", tip.Local())]);
    }

    static IEnumerable<ReceiptSection> AdjustmentsOf(Receipt receipt, City city)
    {
        if (receipt.Adjustments.Count == 0) yield break;

        List<ReceiptLine> lines = [.. receipt.Adjustments.Select(each => new ReceiptLine($"Lowered on {each.At.Local(city.TimeZone)}", each.Amount.Local()))];
        lines.Add(new(receipt.For is ReceiptFor.Passenger ? "Total after adjustments" : "Your earning after adjustments", receipt.Result.Local(), IsSum: true));
        yield return new("Adjustments", lines);
    }

    static ReceiptSection MovementsOf(Receipt receipt, City city)
    {
        var moved = receipt.Movements.Select(each => new ReceiptLine($"{WhatMoved(receipt, each)}, {each.At.Local(city.TimeZone)}", each.Amount.Local()));
        List<ReceiptLine> lines = [.. moved];
        lines.Add(receipt switch
        {
            { For: ReceiptFor.Driver } => new("On your balance from this ride", receipt.Left.Local(), IsSum: true),
            { Left.MinorUnits: < 0 } => new("On its way back to you", new Money(-receipt.Left.MinorUnits, receipt.Left.Currency).Local(), IsSum: true),
            _ => new("Still to be paid", receipt.Left.Local(), IsSum: true),
        });
        if (receipt is { For: ReceiptFor.Passenger, Tax.MinorUnits: > 0 }) lines.Add(new("Tax contained in the total", receipt.Tax.Local()));
        return new(receipt.For is ReceiptFor.Passenger ? "Payment" : "Balance", lines);
    }

    static string WhatMoved(Receipt receipt, ReceiptMovement movement) => (receipt.For, movement.Kind) switch
    {
        (ReceiptFor.Passenger, nameof(TransferKind.Payment)) => $"Paid: {Label(receipt.PaidWith).ToLowerInvariant()}",
        (ReceiptFor.Driver, nameof(TransferKind.Payment)) => "Cash that you received",
        _ => Label(movement.Kind),
    };

    /// <summary>What people read for a code or a kind: a phrase of ours, or its own words.</summary>
    static string Label(string code)
    {
        if (Labels.TryGetValue(code, out var label)) return label;

        var words = string.Concat(code.Select((letter, at) =>
            letter is '-' ? " " : at > 0 && char.IsUpper(letter) ? " " + char.ToLowerInvariant(letter) : letter.ToString()));
        return words.Length == 0 ? "" : char.ToUpperInvariant(words[0]) + words[1..];
    }
}

/// <summary>One thing that is so.</summary>
internal sealed record ReceiptFact(string Name, string Value);

/// <summary>Lines that belong together; the sum among them.</summary>
internal sealed record ReceiptSection(string Heading, IReadOnlyList<ReceiptLine> Lines);

/// <summary>Something with an amount.</summary>
internal sealed record ReceiptLine(string Text, string Amount, bool IsSum = false);
