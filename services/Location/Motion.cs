namespace Tumpang.Locations;

/// <summary>
/// Where a car is and how fast it goes, by all positions up to an instant: the state of a Kalman filter for a car that keeps its velocity unless
/// it is accelerated at random. East and north are alike and independent, so they share their variances. Fields are single precision because that
/// is what is stored: a state that was saved and read is the same state.
/// </summary>
/// <param name="Milliseconds">Since the origin of the track.</param>
/// <param name="East">Metres from the origin.</param>
/// <param name="North">Metres from the origin.</param>
/// <param name="EastSpeed">Metres per second.</param>
/// <param name="NorthSpeed">Metres per second.</param>
/// <param name="Variance">Of the position along one axis, square metres.</param>
/// <param name="Covariance">Of position and speed along one axis.</param>
/// <param name="SpeedVariance">Of the speed along one axis.</param>
/// <param name="Accuracy">Of the position that was last taken in, metres.</param>
readonly record struct Motion(
    long Milliseconds, float East, float North, float EastSpeed, float NorthSpeed, float Variance, float Covariance, float SpeedVariance, float Accuracy)
{
    /// <summary>Radius of the circle that holds 68 % of a normal distribution in the plane, in standard deviations along one axis.</summary>
    const double DeviationsPerAccuracy = 1.51;

    /// <summary>A car that was first heard of may go anywhere at 36 km/h or so.</summary>
    const float FirstSpeedVariance = 100;

    /// <summary>
    /// A position further off than this many standard deviations is believed only as far as if it were at them. With fewer, hard braking between two
    /// positions would be taken for an error of the receiver.
    /// </summary>
    const double MostDeviations = 5;

    public static Motion First(long milliseconds, double east, double north, double accuracy) => new(
        milliseconds, (float)east, (float)north, 0, 0, (float)VarianceOf(accuracy), 0, FirstSpeedVariance, (float)accuracy);

    /// <summary>The same car a while later, before anything more is heard of it.</summary>
    /// <param name="jolt">Spectral density of its random acceleration, m²/s³.</param>
    public Motion Later(long milliseconds, double jolt)
    {
        var seconds = (milliseconds - Milliseconds) / 1_000.0;
        return this with
        {
            Milliseconds = milliseconds,
            East = (float)(East + (seconds * EastSpeed)),
            North = (float)(North + (seconds * NorthSpeed)),
            Variance = (float)(Variance + (2 * seconds * Covariance) + (seconds * seconds * SpeedVariance) + (jolt * seconds * seconds * seconds / 3)),
            Covariance = (float)(Covariance + (seconds * SpeedVariance) + (jolt * seconds * seconds / 2)),
            SpeedVariance = (float)(SpeedVariance + (jolt * seconds)),
        };
    }

    /// <summary>Takes in a position of this instant; less of it when it is hard to believe.</summary>
    public Motion Seen(double east, double north, double accuracy)
    {
        var (eastOff, northOff) = (east - East, north - North);
        return Seen(east, north, accuracy, ((eastOff * eastOff) + (northOff * northOff)) / (MostDeviations * MostDeviations));
    }

    /// <summary>Takes in the last position, which nothing will correct: it is believed.</summary>
    public Motion Ended(double east, double north, double accuracy) => Seen(east, north, accuracy, leastSpread: 0);

    Motion Seen(double east, double north, double accuracy, double leastSpread)
    {
        var (eastOff, northOff) = (east - East, north - North);
        var spread = Math.Max(Variance + VarianceOf(accuracy), leastSpread);
        var (gain, speedGain) = (Variance / spread, Covariance / spread);
        return this with
        {
            East = (float)(East + (gain * eastOff)),
            North = (float)(North + (gain * northOff)),
            EastSpeed = (float)(EastSpeed + (speedGain * eastOff)),
            NorthSpeed = (float)(NorthSpeed + (speedGain * northOff)),
            Variance = (float)(Variance * (1 - gain)),
            Covariance = (float)(Covariance * (1 - gain)),
            SpeedVariance = (float)(SpeedVariance - (speedGain * Covariance)),
            Accuracy = (float)accuracy,
        };
    }

    /// <summary>Where the car was and how fast it went, now that it is known what came next (one step of the Rauch-Tung-Striebel smoother).</summary>
    /// <param name="next">The smoothed motion of the next instant. Variances are left as they are: nothing needs the smoothed ones.</param>
    public Motion Given(Motion next, double jolt)
    {
        var seconds = (next.Milliseconds - Milliseconds) / 1_000.0;
        var expected = Later(next.Milliseconds, jolt);
        double p = Variance, c = Covariance, v = SpeedVariance, ep = expected.Variance, ec = expected.Covariance, ev = expected.SpeedVariance;
        var determinant = (ep * ev) - (ec * ec);
        if (!(determinant > 0)) return this;

        var (ahead, aheadSpeed) = (p + (seconds * c), c + (seconds * v));
        var (pp, pv) = (((ahead * ev) - (c * ec)) / determinant, ((c * ep) - (ahead * ec)) / determinant);
        var (vp, vv) = (((aheadSpeed * ev) - (v * ec)) / determinant, ((v * ep) - (aheadSpeed * ec)) / determinant);
        double east = next.East - expected.East, north = next.North - expected.North;
        double eastSpeed = next.EastSpeed - expected.EastSpeed, northSpeed = next.NorthSpeed - expected.NorthSpeed;
        return this with
        {
            East = (float)(East + (pp * east) + (pv * eastSpeed)),
            North = (float)(North + (pp * north) + (pv * northSpeed)),
            EastSpeed = (float)(EastSpeed + (vp * east) + (vv * eastSpeed)),
            NorthSpeed = (float)(NorthSpeed + (vp * north) + (vv * northSpeed)),
        };
    }

    static double VarianceOf(double accuracy) => Math.Max(1, accuracy * accuracy / (DeviationsPerAccuracy * DeviationsPerAccuracy));
}
