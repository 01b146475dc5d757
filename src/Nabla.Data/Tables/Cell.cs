using System.Globalization;

namespace Nabla.Data.Tables;

/// <summary>What a field may be.</summary>
internal enum CellKind
{
    Missing,
    Number,
    Date,
    Text,
}

/// <summary>Reads single fields.</summary>
internal static class Cell
{
    private static readonly string[] dates =
    [
        "yyyy-MM-dd", "yyyy/MM/dd", "yyyy-MM-dd HH:mm", "yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK",
        "yyyy-MM-dd HH:mm:ss.FFFFFFF", "d.M.yyyy", "M/d/yyyy", "d/M/yyyy",
    ];

    /// <summary>Whether a field says that there is no value.</summary>
    public static bool IsMissing(ReadOnlySpan<char> text) => MissingText.Is(text);

    /// <summary>Reads a number as English writes it: 1.5, -2e-3. What is too large for one is infinite.</summary>
    public static bool TryNumber(ReadOnlySpan<char> text, out double number) =>
        double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out number)
        || TryInfinity(text, out number);

    /// <summary>What a field is.</summary>
    public static CellKind KindOf(ReadOnlySpan<char> text, out double number)
    {
        number = double.NaN;
        return IsMissing(text) ? CellKind.Missing
            : TryNumber(text, out number) ? double.IsNaN(number) ? CellKind.Missing : CellKind.Number
            : IsDate(text) ? CellKind.Date
            : CellKind.Text;
    }

    private static bool IsDate(ReadOnlySpan<char> text) =>
        text.Length is >= 8 and <= 33 && char.IsAsciiDigit(text[0])
        && DateTime.TryParseExact(text, dates, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out _);

    private static bool TryInfinity(ReadOnlySpan<char> text, out double number)
    {
        ReadOnlySpan<char> word = text.TrimStart("+-");
        number = text.StartsWith('-') ? double.NegativeInfinity : double.PositiveInfinity;
        return word.Equals("inf", StringComparison.OrdinalIgnoreCase) || word.Equals("infinity", StringComparison.OrdinalIgnoreCase);
    }
}
